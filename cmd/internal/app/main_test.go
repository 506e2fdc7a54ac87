package app

import (
	"testing"

	"deputy/cmd/internal/cmdtest"
)

func TestMain(m *testing.M) { cmdtest.Main(m) }
