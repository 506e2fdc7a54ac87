package mail

import (
	"errors"
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"

	"deputy/internal/textnorm"
)

// maxRecipients is how many one mail may have.
const maxRecipients = 20

// recipients reads whom a mail goes to: addresses and names of contacts, with
// commas, semicolons or line ends between them.
func (m sendMail) recipients(to string) ([]string, error) {
	var found []string
	for one := range strings.FieldsFuncSeq(to, func(r rune) bool { return r == ',' || r == ';' || r == '\n' }) {
		if one = strings.TrimSpace(one); one == "" {
			continue
		}
		address, err := m.recipient(one)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(found, address) {
			found = append(found, address)
		}
	}
	switch {
	case len(found) == 0:
		return nil, errors.New("the recipient is missing: ask the user to whom")
	case len(found) > maxRecipients:
		return nil, fmt.Errorf("too many recipients: %d, at most %d", len(found), maxRecipients)
	}
	return found, nil
}

func (m sendMail) recipient(one string) (string, error) {
	if strings.ContainsRune(one, '@') {
		return checkAddress(one)
	}
	if address, ok := m.contacts[contactKey(one)]; ok && !strings.ContainsFunc(one, textnorm.Ignorable) {
		return address, nil
	}
	if len(m.names) == 0 {
		return "", fmt.Errorf("%q is no mail address, and no contacts are configured: ask the user for the address", textnorm.Brief(one, 60))
	}
	known := m.names
	if len(known) > 20 {
		known = append(slices.Clone(known[:20]), "…")
	}
	return "", fmt.Errorf("there is no contact %q; the contacts are: %s", textnorm.Brief(one, 60), strings.Join(known, ", "))
}

// contactKey is what two spellings of a contact's name have in common.
func contactKey(name string) string {
	key := strings.Join(strings.Fields(textnorm.Fold(name)), " ")
	key = strings.TrimPrefix(key, "the ")
	for _, end := range []string{" team", " department", " 팀", "님", "에게", "한테"} {
		if cut := strings.TrimSuffix(key, end); cut != "" {
			key = cut
		}
	}
	return strings.TrimSpace(key)
}

// checkAddress gives the canonical form of an address: no name, the domain in
// lower case ASCII. It is strict: what a mail server might read in another way
// is refused.
func checkAddress(s string) (string, error) {
	bad := func(why string) (string, error) {
		return "", fmt.Errorf("%q is no mail address that can be used: %s", textnorm.Brief(s, 80), why)
	}
	if !utf8.ValidString(s) || len(s) > 400 {
		return bad("it is too long or not valid UTF-8")
	}
	for _, r := range s {
		if r < ' ' || r == 0x7f || textnorm.Hidden(r) {
			return bad("it holds a character that can't be seen")
		}
	}
	parsed, err := mail.ParseAddress(s)
	if err != nil {
		return bad("it is not well-formed")
	}
	at := strings.LastIndexByte(parsed.Address, '@')
	local, domain := parsed.Address[:at], norm.NFC.String(parsed.Address[at+1:])
	for _, r := range local {
		if r >= utf8.RuneSelf || !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.!#$&'*+-/=?^_`{|}~", r) {
			return bad(fmt.Sprintf("the character %q before the @ is not supported", r))
		}
	}
	if local == "" || len(local) > 64 || strings.HasPrefix(local, "-") {
		return bad("the part before the @ is not allowed")
	}
	if strings.HasPrefix(domain, "[") {
		return bad("a bare IP address takes the place of a domain")
	}
	ascii, err := idna.Lookup.ToASCII(domain)
	if err != nil || len(ascii) > 253 {
		return bad("the domain is not allowed")
	}
	if !strings.ContainsRune(ascii, '.') && ascii != "localhost" {
		return bad("the domain is not complete")
	}
	return local + "@" + ascii, nil
}

// lookalike says whether address could be taken for another: it is written in
// letters other than ASCII, or nearly that of a contact without being one.
func (m sendMail) lookalike(address string) bool {
	if m.known(address) != "" {
		return false
	}
	_, domain, _ := strings.Cut(address, "@")
	if strings.Contains(domain, "xn--") {
		return true
	}
	shape := skeleton(address)
	for _, c := range m.contacts {
		_, known, _ := strings.Cut(c, "@")
		switch {
		case skeleton(c) == shape:
			return true
		case domain != known && (skeleton(domain) == skeleton(known) || nearly(domain, known)):
			return true
		}
	}
	return false
}

// skeleton is what the eye keeps of an address.
func skeleton(s string) string {
	return strings.NewReplacer("-", "", "_", "").Replace(textnorm.Skeleton(s))
}

// nearly says whether a becomes b by one letter added, left out, changed or
// two neighbours changing places. Short domains differ by so little anyway.
func nearly(a, b string) bool {
	if min(len(a), len(b)) < 6 {
		return false
	}
	if textnorm.Distance([]rune(a), []rune(b)) <= 1 {
		return true
	}
	i := 0
	for i+1 < len(a) && i+1 < len(b) && a[i] == b[i] {
		i++
	}
	return len(a) == len(b) && i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
}
