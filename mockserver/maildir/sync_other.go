//go:build !unix

package maildir

// SyncDir makes a folder's names last. Here the system has no way to ask for it and sees to it itself.
func SyncDir(string) error { return nil }
