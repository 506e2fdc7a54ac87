package notes_test

import (
	"strings"
	"testing"
	"time"

	"deputy/agent/policy"
	"deputy/agent/tool/tooltest"
	"deputy/agent/tools/notes"
	"deputy/agent/tools/toolstest"
)

func TestRemind(t *testing.T) {
	s := toolstest.NewSpace(t) // its clock says 2026-11-23 14:05:30 UTC
	a := tooltest.Planned(t, s.Tools["remind"], notes.RemindArgs{Text: "stretch", When: "in ten minutes"})
	if a.Level != policy.Draft || a.Values["clock"] != "14:15" || a.Values["when"] != "2026-11-23 14:15" {
		t.Errorf("got %+v", a)
	}
	r := s.Do("remind", "k", notes.RemindArgs{Text: "물 마시기", When: "내일 아침 9시"})
	if want := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC); r.Remind == nil || !r.Remind.At.Equal(want) || r.Remind.Text != "물 마시기" {
		t.Errorf("got %+v, want %v", r.Remind, want)
	}
	late := tooltest.Planned(t, s.Tools["remind"], notes.RemindArgs{Text: "late", When: "2026-11-23T12:00:00Z"})
	if late.Values["when"] != "2026-11-23 12:00" {
		t.Errorf("planned again after an outage: got %v", late.Values)
	}
	for _, bad := range []notes.RemindArgs{
		{Text: "stretch", When: "some day"}, {Text: "stretch", When: ""}, {Text: "", When: "in ten minutes"}, {Text: "stretch", When: "2026-11-23 09:00"}, {Text: "stretch", When: "2025-01-01T00:00:00Z"},
		{Text: "stretch", When: "2040-01-01"}, {Text: strings.Repeat("x", 600), When: "in ten minutes"},
	} {
		if got, err := s.Tools["remind"].Plan(t.Context(), tooltest.Args(t, bad)); err == nil {
			t.Errorf("%+v: got %s, want an error", bad, got.Args)
		}
	}
}

func TestNoteStaysOnItsDay(t *testing.T) {
	s := toolstest.NewSpace(t)
	a, err := s.Tools["take_note"].Plan(t.Context(), tooltest.Args(t, notes.NoteArgs{Text: "late", At: "2026-11-22T23:59:00Z"}))
	if err != nil || a.Target != "notes/2026-11-22.md" {
		t.Errorf("got %q, %v, want notes/2026-11-22.md", a.Target, err)
	}
	for _, bad := range []notes.NoteArgs{{Text: " \n "}, {Text: "\u200b"}, {Text: "x", At: "yesterday"}} {
		if got, err := s.Tools["take_note"].Plan(t.Context(), tooltest.Args(t, bad)); err == nil {
			t.Errorf("%+v: got %s, want an error", bad, got.Args)
		}
	}
}
