package terminal

import (
	"context"
	"io"

	"github.com/rivo/uniseg"

	"maillab/phrases"
)

// typeLine writes prompt and line, character by character with pauses between.
func typeLine(ctx context.Context, out io.Writer, prompt, line string, pace func(context.Context, string) error) error {
	if _, err := io.WriteString(out, prompt); err != nil {
		return err
	}
	text, state := phrases.Clean(line), -1
	for text != "" {
		var char string
		char, text, _, state = uniseg.FirstGraphemeClusterInString(text, state)
		if err := pace(ctx, char); err != nil {
			_, _ = io.WriteString(out, "\n")
			return err
		}
		if _, err := io.WriteString(out, char); err != nil {
			return err
		}
	}
	err := pace(ctx, "\n")
	_, _ = io.WriteString(out, "\n")
	return err
}
