// Package timeexpr reads a time as people say it, in English and Korean: "in ten
// minutes", "tomorrow at nine", "내일 아침 9시"; Parse where a text is nothing else, Find
// where it stands among other words. The words of a language are a list (en.txt,
// ko.txt). It knows words, numbers and the calendar; it must not know what the time is for.
package timeexpr
