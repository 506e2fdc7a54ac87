package tools

import (
	"strings"
	"testing"
	"time"

	"deputy/agent/policy"
)

func TestRemind(t *testing.T) {
	s := newSpace(t) // its clock says 2026-11-23 14:05:30 UTC
	a := planned(t, s.tools["remind"], remindArgs{Text: "stretch", When: "in ten minutes"})
	if a.Level != policy.Draft || a.Values["clock"] != "14:15" || a.Values["when"] != "2026-11-23 14:15" {
		t.Errorf("got %+v", a)
	}
	r := s.do("remind", "k", remindArgs{Text: "물 마시기", When: "내일 아침 9시"})
	if want := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC); r.Remind == nil || !r.Remind.At.Equal(want) || r.Remind.Text != "물 마시기" {
		t.Errorf("got %+v, want %v", r.Remind, want)
	}
	late := planned(t, s.tools["remind"], remindArgs{Text: "late", When: "2026-11-23T12:00:00Z"})
	if late.Values["when"] != "2026-11-23 12:00" {
		t.Errorf("planned again after an outage: got %v", late.Values)
	}
	for _, bad := range []remindArgs{
		{"stretch", "some day"}, {"stretch", ""}, {"", "in ten minutes"}, {"stretch", "2026-11-23 09:00"}, {"stretch", "2025-01-01T00:00:00Z"},
		{"stretch", "2040-01-01"}, {strings.Repeat("x", 600), "in ten minutes"},
	} {
		if got, err := s.tools["remind"].Plan(t.Context(), args(t, bad)); err == nil {
			t.Errorf("%+v: got %s, want an error", bad, got.Args)
		}
	}
}

func TestNoteStaysOnItsDay(t *testing.T) {
	s := newSpace(t)
	a, err := s.tools["take_note"].Plan(t.Context(), args(t, noteArgs{Text: "late", At: "2026-11-22T23:59:00Z"}))
	if err != nil || a.Target != "notes/2026-11-22.md" {
		t.Errorf("got %q, %v, want notes/2026-11-22.md", a.Target, err)
	}
	for _, bad := range []noteArgs{{Text: " \n "}, {Text: "\u200b"}, {Text: "x", At: "yesterday"}} {
		if got, err := s.tools["take_note"].Plan(t.Context(), args(t, bad)); err == nil {
			t.Errorf("%+v: got %s, want an error", bad, got.Args)
		}
	}
}
