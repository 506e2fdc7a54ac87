package policy

import (
	"fmt"
	"math/big"
	"regexp"
	"strings"
)

// A truth is what is known of a condition.
type truth uint8

const (
	no truth = iota
	maybe
	yes
)

// An amount is a number of money, exact. currency is "" if none is named.
type amount struct {
	value    *big.Rat
	currency string // ISO 4217
}

// amountForm is a number, grouped by commas or not at all, with a currency on
// one side. What can be read in two ways (1.250, 1e9) is no amount.
var amountForm = regexp.MustCompile(`^([\p{L}$₩€£¥]*) ?(\d{1,24}|\d{1,3}(?:,\d{3}){1,7})(\.\d{1,2}|\.\d{4,9})? ?([\p{L}$₩€£¥]*)$`)

var currencies = map[string]string{
	"": "", "$": "USD", "usd": "USD", "dollar": "USD", "dollars": "USD", "달러": "USD", "불": "USD",
	"₩": "KRW", "krw": "KRW", "won": "KRW", "원": "KRW", "€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR", "유로": "EUR",
	"£": "GBP", "gbp": "GBP", "pound": "GBP", "pounds": "GBP", "파운드": "GBP", "¥": "JPY", "jpy": "JPY", "yen": "JPY", "엔": "JPY",
}

func parseAmount(s string) (amount, bool) {
	m := amountForm.FindStringSubmatch(strings.ToLower(strings.TrimSpace(s)))
	if m == nil || m[1] != "" && m[4] != "" {
		return amount{}, false
	}
	sign := m[1] + m[4]
	currency, ok := currencies[sign]
	if !ok {
		if len(sign) != 3 || strings.Trim(sign, "abcdefghijklmnopqrstuvwxyz") != "" {
			return amount{}, false
		}
		currency = strings.ToUpper(sign)
	}
	value, ok := new(big.Rat).SetString(strings.ReplaceAll(m[2], ",", "") + m[3])
	return amount{value, currency}, ok
}

// A limit is a comparison with an amount: "> 100", ">= 100 USD", "= 5".
type limit struct {
	op    string
	limit amount
}

func parseLimit(s string) (limit, error) {
	s = strings.TrimSpace(s)
	op := s[:len(s)-len(strings.TrimLeft(s, "<>="))]
	a, ok := parseAmount(s[len(op):])
	switch op {
	case ">", ">=", "<", "<=", "=":
		if ok {
			return limit{op, a}, nil
		}
	}
	return limit{}, fmt.Errorf(`%q compares no amount; write one such as "> 100" or "<= 50000 KRW"`, s)
}

// CheckAmount says what is wrong with the comparison of a rule; nil if it can be used.
func CheckAmount(s string) error {
	_, err := parseLimit(s)
	return err
}

// holds says whether the amount that is written v meets the limit. A limit that
// names a currency says nothing of an amount in another or in none.
func (l limit) holds(v string) truth {
	a, ok := parseAmount(v)
	if !ok || l.limit.currency != "" && l.limit.currency != a.currency {
		return maybe
	}
	c := a.value.Cmp(l.limit.value)
	if c > 0 && strings.HasPrefix(l.op, ">") || c < 0 && strings.HasPrefix(l.op, "<") || c == 0 && strings.HasSuffix(l.op, "=") {
		return yes
	}
	return no
}
