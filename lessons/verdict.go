package lessons

// VerdictKind says what the player has found.
type VerdictKind string

// The kinds of verdict.
const (
	StepDone    VerdictKind = "step-done"
	MistakeMade VerdictKind = "mistake"
	LessonDone  VerdictKind = "lesson-done"
)

// Verdict is one finding, to be shown in the order given.
type Verdict struct {
	Kind VerdictKind
	// Index and Step it is about; the last step's for LessonDone. Step.Done are a StepDone's words.
	Index int
	Step  *Step
	// Skipped: the step was given up, or the program did it.
	Skipped bool
	// Unshown: it was given up without having been seen, so that Step.Done does not hold.
	Unshown bool
	// Again: the step had been done before, was gone back to, and is left as it was.
	Again bool
	// Mistake that was made, with its words.
	Mistake *Mistake
}

// MistakeID names the mistake, "" where there is none.
func (v Verdict) MistakeID() string {
	if v.Mistake == nil {
		return ""
	}
	return v.Mistake.ID
}
