package policy

import (
	"fmt"
	"strings"
)

var levelNames = [...]string{Unset: "unset", Look: "L0 Look", Draft: "L1 Draft", External: "L2 External", Commit: "L3 Commit", Restricted: "L4 Restricted"}

// String is "L0 Look" to "L4 Restricted", or "unset".
func (l Level) String() string {
	if int(l) < len(levelNames) {
		return levelNames[l]
	}
	return fmt.Sprintf("Level(%d)", uint8(l))
}

// MarshalText gives "L0" to "L4", or "" for Unset.
func (l Level) MarshalText() ([]byte, error) {
	if l == Unset {
		return nil, nil
	}
	if int(l) >= len(levelNames) {
		return nil, fmt.Errorf("write %v: there is no such level", l)
	}
	return []byte(levelNames[l][:2]), nil
}

// UnmarshalText reads "L3", "commit", "L3 Commit", in any case, or "" for Unset.
func (l *Level) UnmarshalText(text []byte) error {
	s := strings.TrimSpace(string(text))
	if s == "" {
		*l = Unset
		return nil
	}
	for i, name := range levelNames {
		number, word, _ := strings.Cut(name, " ")
		if strings.EqualFold(s, name) || strings.EqualFold(s, number) || word != "" && strings.EqualFold(s, word) {
			*l = Level(i)
			return nil
		}
	}
	return fmt.Errorf("%q is no level; write L0, L1, L2, L3 or L4", s)
}

var verdicts = [...]string{Deny: "deny", Ask: "ask", Allow: "allow"}

// String is "deny", "ask" or "allow".
func (v Verdict) String() string {
	if int(v) < len(verdicts) {
		return verdicts[v]
	}
	return fmt.Sprintf("Verdict(%d)", uint8(v))
}

// MarshalText gives "deny", "ask" or "allow".
func (v Verdict) MarshalText() ([]byte, error) {
	if int(v) >= len(verdicts) {
		return nil, fmt.Errorf("write %v: there is no such verdict", v)
	}
	return []byte(verdicts[v]), nil
}

// UnmarshalText reads "deny", "ask" or "allow". Nothing else is a verdict, the
// empty word least of all.
func (v *Verdict) UnmarshalText(text []byte) error {
	for i, name := range verdicts {
		if strings.EqualFold(strings.TrimSpace(string(text)), name) {
			*v = Verdict(i)
			return nil
		}
	}
	return fmt.Errorf("%q is no verdict; write deny, ask or allow", text)
}
