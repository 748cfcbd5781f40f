//go:build !linux

package maildir

import "errors"

// syncFileSystem would sync the file system of deliveries; other systems than Linux cannot, or do not wait for it.
func syncFileSystem([]*delivery) error { return errors.ErrUnsupported }
