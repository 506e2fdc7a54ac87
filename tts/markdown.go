package tts

import (
	"net/url"
	"regexp"
	"strings"
)

var (
	fenceRE   = regexp.MustCompile("(?ms)^[ \t]*(?:```|~~~).*?(?:^[ \t]*(?:```|~~~)[`~]*[ \t]*$|\\z)")
	commentRE = regexp.MustCompile(`(?s)<!--.*?(?:-->|\z)`)
	tagRE     = regexp.MustCompile(`</?[A-Za-z!?][^<>]*>`)
	autoRE    = regexp.MustCompile(`<((?:https?://|mailto:)[^<>\s]+)>`)
	imageRE   = regexp.MustCompile(`!\[([^\]\n]*)\]\([^)\n]*\)`)
	linkRE    = regexp.MustCompile(`\[([^\]\n]+)\]\(\s*([^)\s]*)[^)\n]*\)`)
	refRE     = regexp.MustCompile(`(?m)^\s*\[[^\]\n]+\]:\s+\S+.*$`)
	footRE    = regexp.MustCompile(`\[\^?\d+\]`)
	ruleRE    = regexp.MustCompile(`(?m)^[ \t]*(?:(?:-[ \t]*){3,}|(?:=[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,}|[|:+\- ]*-{2,}[|:+\- ]*)$`)
	leadRE    = regexp.MustCompile(`(?m)^[ \t]*(?:>[ \t]?|#{1,6}[ \t]+|[-*+•][ \t]+)+(?:\[[ xX]?\][ \t]+)?`)
	boldRE    = regexp.MustCompile("\\*+|~~|`+")
	underRE   = regexp.MustCompile(`(^|[\s(\["'])_{1,3}([^_\n]+)_{1,3}($|[\s.,;:!?)\]"'])`)
	rowRE     = regexp.MustCompile(`(?m)^[ \t]*\|(.*?)\|?[ \t]*$`)
)

// unmark takes the marks of markdown and HTML off a text and keeps its words.
func unmark(text string, w *wording) string {
	text = fenceRE.ReplaceAllString(text, w.code+".")
	text = commentRE.ReplaceAllString(text, " ")
	text = autoRE.ReplaceAllString(text, "$1")
	text = imageRE.ReplaceAllStringFunc(text, func(m string) string {
		if alt := imageRE.FindStringSubmatch(m)[1]; alt != "" {
			return w.image + ", " + alt
		}
		return w.image
	})
	text = linkRE.ReplaceAllStringFunc(text, func(m string) string {
		sub := linkRE.FindStringSubmatch(m)
		return linkText(sub[1], sub[2])
	})
	text = refRE.ReplaceAllString(text, "")
	text = footRE.ReplaceAllString(text, "")
	text = tagRE.ReplaceAllString(text, " ")
	text = ruleRE.ReplaceAllString(text, "")
	text = leadRE.ReplaceAllString(text, "")
	text = underRE.ReplaceAllString(text, "$1$2$3")
	text = boldRE.ReplaceAllString(text, "")
	return rowRE.ReplaceAllStringFunc(text, func(m string) string {
		return strings.ReplaceAll(rowRE.FindStringSubmatch(m)[1], "|", ", ")
	})
}

// linkText is what is said for a link: its text, and where it really leads when
// the text looks like an address of another place.
func linkText(text, target string) string {
	u, err := url.Parse(target)
	shown := urlRE.FindString(text)
	if shown == "" {
		shown = dottedRE.FindString(text)
	}
	if err != nil || u.Host == "" || shown == "" || strings.Contains(shown, u.Hostname()) {
		return text
	}
	return text + ", " + target
}
