package explain

import "sync"

// memo keeps what has been worked out, for questions of which there are few: what a
// server or a learner writes must not be part of the key. Unlike with sync.Map, asking
// allocates nothing.
type memo[K comparable, V any] struct {
	lock  sync.RWMutex
	known map[K]V
}

// get returns what is known for a key; the first time, work finds it out.
func (m *memo[K, V]) get(key K, work func(K) V) V {
	m.lock.RLock()
	v, ok := m.known[key]
	m.lock.RUnlock()
	if ok {
		return v
	}
	v = work(key)
	m.lock.Lock()
	defer m.lock.Unlock()
	if m.known == nil {
		m.known = map[K]V{}
	}
	m.known[key] = v
	return v
}
