// Package notes are the tools that write a note into the workspace and set a
// reminder. They know texts and times; they must not know who decides, how anyone
// is asked, any model, any sound, any wording, nor who rings.
//
//	tool       phrase  values                  level
//	take_note  note    text, path              Draft
//	remind     remind  text, when, day, clock  Draft
package notes
