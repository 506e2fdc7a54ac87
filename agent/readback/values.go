package readback

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

const (
	// sayDecisive is how many characters of a value that decides are said, sayQuote
	// of the words of others, sayRecipients how many recipients.
	sayDecisive   = 160
	sayQuote      = 90
	sayRecipients = 3
)

// quoted are the values that hold what others may have written and that decide
// nothing: what an effect says, not what it does or to whom.
var quoted = []string{"subject", "text", "old", "new", "begins", "query", "note", "title"}

// spokenValues are an action's values as an ask says them: whom and where spelled,
// the words of others as one quotation that ends where it ends, a body by its size
// and its first words. phrase is the action's, "" for one that is asked for by its
// summary alone.
//
// cut names, sorted, the values that decide and that could not be said in full: a
// fourth recipient, the end of a long command. Whoever only heard such an ask does
// not know what to approve: it must not be approvable by voice alone. A value of a
// name that nobody knows is taken to decide.
//
// "imitates" is set among the values when the words of others speak as Deputy does
// or of an approval.
func spokenValues(phrase string, values map[string]string, language string) (spoken map[string]string, cut []string) {
	t := tongueOf(language)
	spoken = map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		v := values[name]
		long := false
		switch {
		case name == "to":
			spoken[name], long = t.sayRecipients(v, language)
		case name == "host":
			spoken[name], long = spellWhole(v, language)
		case name == "body" || name == "content":
			spoken[name] = strings.TrimRight(unquote(sizeOf(v, language)), ". ") // the phrase ends it
		case slices.Contains(quoted, name):
			spoken[name] = unquote(Speakable(v, language, sayQuote))
		case name == "detail":
			// It is read out in pieces, to whoever asks for it.
		case name == "target", name == "url", name == "summary" && phrase != "":
			spoken[name] = Speakable(v, language, sayDecisive) // said by other values
		default:
			spoken[name], long = speak(v, language, sayDecisive)
		}
		if long {
			cut = append(cut, name)
		}
		if imitates(name, v) {
			spoken["imitates"] = "yes"
		}
	}
	return spoken, cut
}

func (t *tongue) sayRecipients(to, language string) (said string, cut bool) {
	all := strings.FieldsFunc(to, func(r rune) bool { return r == ',' || r == ';' || r == '\n' })
	var spoken []string
	for i, one := range all {
		if i == sayRecipients {
			return strings.Join(spoken, ", ") + ", " + t.recipients(len(all)-i), true
		}
		if one = strings.TrimSpace(one); one == "" {
			continue
		}
		spoken = append(spoken, spellAddress(one, language))
		_, long := spellWhole(one[strings.LastIndexByte(one, '@')+1:], language)
		cut = cut || long
	}
	return strings.Join(spoken, ", "), cut
}

// unquote takes out what would end a quotation, in speech or on the screen.
func unquote(s string) string {
	return strings.NewReplacer(`"`, "'", "“", "'", "”", "'", "„", "'", "«", "'", "»", "'", "「", "'", "」", "'").Replace(s)
}

// approvals is how Deputy asks, and how texts of others claim what they can't give.
var approvals = regexp.MustCompile(`(?i)\b(say|type|answer|reply)\b.{0,30}\b(approve|go ahead|yes|no)\b|\bdeputy\b|\bi need your approval\b|\b(user|owner)s? (has |have )?(already )?(approved?|confirmed|agreed|consent)|\b(already|pre-?) ?(approved|authori[sz]ed)\b|\bapproved by the (user|owner)\b` +
	`|(승인|진행해|아니).{0,12}(라고|이라고).{0,4}(말|대답)|말씀해 주세요|승인이 필요|(사용자|주인|소유자)[가는이]? ?.{0,6}(승인|허락|동의)|이미 ?(승인|허락)|데퓨티|디퓨티`)

// imitates says whether a value of others' words speaks as Deputy does.
func imitates(name, value string) bool {
	return (name == "body" || name == "content" || slices.Contains(quoted, name)) && approvals.MatchString(clean(value))
}
