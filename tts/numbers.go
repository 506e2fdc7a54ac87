package tts

import (
	"regexp"
	"strconv"
	"strings"
)

// What the numbers of both languages look like; the engines read plain digits
// themselves, so only what they would get wrong is put into words.
var (
	isoRE     = regexp.MustCompile(`\b(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::\d{2}(?:\.\d+)?)?(?: ?(Z|UTC|[+-]\d{2}:?\d{2})\b)?)?`)
	clockRE   = regexp.MustCompile(`(?i)\b([01]?\d|2[0-4]):([0-5]\d)(?::[0-5]\d)?(?:\s?([ap])\.?m\b\.?)?`)
	hourRE    = regexp.MustCompile(`(?i)\b(1[0-2]|0?[1-9])\s?([ap])\.?m\b`)
	phoneRE   = regexp.MustCompile(`\+?\b\d{2,4}-\d{3,4}-\d{4}\b`)
	longRE    = regexp.MustCompile(`\b\d{9,}\b`)
	groupRE   = regexp.MustCompile(`\b\d{1,3}(?:,\d{3})+\b`)
	versionRE = regexp.MustCompile(`\b([vV]?)(\d+(?:\.\d+){2,})\b`)
	minusRE   = regexp.MustCompile(`(^|[\s("'=,:])-(\d)`)
	rangeRE   = regexp.MustCompile(`(\d%?)(?: - |-|~| ~ )(\d)`)
	moneyRE   = regexp.MustCompile(`(US\$|[$€£¥₩])\s?(\d+)(?:\.(\d+))?(?:\s?([kKMB]|bn|thousand|million|billion|trillion)\b)?`)
	isoCashRE = regexp.MustCompile(`\b(USD|KRW|EUR|GBP|JPY)\s?(\d+(?:\.\d+)?)|\b(\d+(?:\.\d+)?)\s?(USD|KRW|EUR|GBP|JPY)\b`)
	unitRE    = regexp.MustCompile(`(\d)\s?(km/h|km|cm|mm|kg|mg|KB|kB|MB|GB|TB|GHz|MHz|kHz|Hz|kWh|kW|ms|ml|°C|°F|°|m|g)(\W|$)`)
	percentRE = regexp.MustCompile(`(\d)\s?%`)
	hashNoRE  = regexp.MustCompile(`(^|[\s(,])#(\d)`)
	aboutRE   = regexp.MustCompile(`(^|[\s(])~\s?(\d|₩|\$)`)
	decimalRE = regexp.MustCompile(`(\d+)\.(\d+)`)
)

func ungroup(text string) string {
	return groupRE.ReplaceAllStringFunc(text, func(m string) string { return strings.ReplaceAll(m, ",", "") })
}

// digits says a number figure by figure, in groups.
func digits(s string, names []string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '-':
			b.WriteString(", ")
		case r >= '0' && r <= '9' && names != nil:
			b.WriteString(names[r-'0'])
		case r >= '0' && r <= '9':
			b.WriteRune(r)
			b.WriteByte(' ')
		}
	}
	return strings.ReplaceAll(strings.TrimSpace(b.String()), " ,", ",")
}

func atoi(s string) int {
	n, _ := strconv.Atoi(s) // the callers' patterns hold at most four digits
	return n
}
