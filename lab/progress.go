package lab

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/natefinch/atomic"

	"maillab/lessons"
	"maillab/phrases"
)

// ProgressFile keeps how far each lesson got, in one JSON file that is replaced
// whole at each change. It is safe for concurrent use.
type ProgressFile struct {
	path string

	mu      sync.Mutex
	lessons map[string]lessons.Progress
	broken  error // the newest failure to write
}

// progressFormat is the file's shape; Version lets a later program read it.
type progressFormat struct {
	Version int                         `json:"version"`
	Lessons map[string]lessons.Progress `json:"lessons"`
}

// OpenProgress reads the file, or starts an empty one. A damaged file is set
// aside under a new name, which the *Trouble that is then returned tells; the
// ProgressFile is usable all the same.
func OpenProgress(path string, now time.Time) (*ProgressFile, error) {
	p := &ProgressFile{path: path, lessons: map[string]lessons.Progress{}}
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return p, nil
	}
	if err != nil {
		return p, &Trouble{Key: "progress.unreadable", Args: phrases.Args{"file": path, "error": phrases.Clean(err.Error())}, Err: err}
	}
	var f progressFormat
	if err := json.Unmarshal(data, &f); err == nil && f.Version == 1 {
		if f.Lessons != nil {
			p.lessons = f.Lessons
		}
		return p, nil
	}
	aside := path + ".damaged-" + now.Format("20060102-150405")
	if err := os.Rename(path, aside); err != nil {
		return p, &Trouble{Key: "progress.unreadable", Args: phrases.Args{"file": path, "error": phrases.Clean(err.Error())}, Err: err}
	}
	return p, trouble("progress.damaged", phrases.Args{"file": path, "aside": aside})
}

func (p *ProgressFile) get(id string) lessons.Progress {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.lessons[id]
}

// put keeps a lesson's progress and writes the file.
func (p *ProgressFile) put(id string, progress lessons.Progress) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lessons[id] = progress
	data, err := json.MarshalIndent(progressFormat{Version: 1, Lessons: p.lessons}, "", "  ")
	if err == nil {
		err = os.MkdirAll(filepath.Dir(p.path), 0o700)
	}
	if err == nil {
		err = atomic.WriteFile(p.path, bytes.NewReader(append(data, '\n')))
	}
	repeated := p.broken != nil && err != nil
	p.broken = err
	if repeated {
		return nil // said already
	}
	return err
}

func (s *Shell) savedProgress(id string) lessons.Progress {
	s.mu.Lock()
	if s.player != nil && s.lesson.ID == id {
		defer s.mu.Unlock()
		return s.player.Progress()
	}
	s.mu.Unlock()
	if s.cfg.Progress == nil {
		return lessons.Progress{}
	}
	return s.cfg.Progress.get(id)
}

// saveProgress writes down how far the lesson got. A failure is said once.
func (s *Shell) saveProgress() {
	s.mu.Lock()
	p, l := s.player, s.lesson
	var progress lessons.Progress
	if p != nil {
		progress = p.Progress()
	}
	s.mu.Unlock()
	if p == nil || s.cfg.Progress == nil {
		return
	}
	if progress.Started.IsZero() {
		progress.Started = s.cfg.Now()
	}
	progress.Updated = s.cfg.Now()
	if err := s.cfg.Progress.put(l.ID, progress); err != nil {
		s.show(Block{Kind: Problem, Text: Say("progress.unwritable", phrases.Args{
			"file": s.cfg.Progress.path, "error": phrases.Clean(err.Error()),
		})})
	}
}
