package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOne(t *testing.T) { require.Equal(t, 1, 1) }
