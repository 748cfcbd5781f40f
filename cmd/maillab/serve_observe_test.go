package main

import (
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestServeShowsFigures(t *testing.T) {
	ports := serving(t, "--metrics", "127.0.0.1:0")
	require.Contains(t, ports, "METRICS")
	answer, err := http.Get("http://" + ports["METRICS"] + "/metrics")
	require.NoError(t, err)
	defer answer.Body.Close()
	page, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	assert.Equal(t, 200, answer.StatusCode)
	assert.Contains(t, string(page), "maillab_queue_mails 0\n")
	http.DefaultClient.CloseIdleConnections()
}
