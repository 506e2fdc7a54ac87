package tts

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"deputy/internal/textnorm"
)

var scalesKo = map[string]float64{"k": 1e3, "K": 1e3, "thousand": 1e3, "M": 1e6, "million": 1e6, "B": 1e9, "bn": 1e9, "billion": 1e9, "trillion": 1e12}

var moneyKo = map[string]string{
	"$": "달러", "US$": "달러", "USD": "달러", "€": "유로", "EUR": "유로", "£": "파운드", "GBP": "파운드",
	"¥": "엔", "JPY": "엔", "₩": "원", "KRW": "원",
}

var unitsKo = map[string]string{
	"km/h": "킬로미터 매 시", "km": "킬로미터", "cm": "센티미터", "mm": "밀리미터", "m": "미터",
	"kg": "킬로그램", "mg": "밀리그램", "g": "그램", "KB": "킬로바이트", "kB": "킬로바이트", "MB": "메가바이트",
	"GB": "기가바이트", "TB": "테라바이트", "GHz": "기가헤르츠", "MHz": "메가헤르츠", "kHz": "킬로헤르츠", "Hz": "헤르츠",
	"kWh": "킬로와트시", "kW": "킬로와트", "ms": "밀리초", "ml": "밀리리터", "°C": "도", "°F": "화씨 도", "°": "도",
}

var (
	unitKoRE = regexp.MustCompile(`(\d)\s?(km/h|km|cm|mm|kg|mg|KB|kB|MB|GB|TB|GHz|MHz|kHz|Hz|kWh|kW|ms|ml|°C|°F|°|m|g)([^A-Za-z0-9_]|$)`)
	wonRE    = regexp.MustCompile(`(\d{9,15})\s?(원|달러|유로|엔|명|개)`)
	monthRE  = regexp.MustCompile(`\b(6|06|10)월`)
	zeroRE   = regexp.MustCompile(`\b0(\d)(월|일|시|분|초)`)
	// Things counted with native numbers: 세 개, 열두 명. 번, 대 and 장 as a
	// chapter may as well be Sino-Korean, so 번 and 대 are left to the engine.
	countRE = regexp.MustCompile(`\b(\d{1,2})\s?(시간|시|개|명|살|마리|권|번째|잔|장|병|가지|달|군데|곳|통|건|줄|채|쌍|켤레|그루|사람|차례|마디)`)
)

// particles can follow a counter; any other syllable makes it the beginning of
// another word (개월, 달러, 명령, 장소).
const particles = "을를이가은는의에도만과와로까부씩쯤정짜반전후마"

var figuresKo = strings.Split("영일이삼사오육칠팔구", "")
var phoneKo = strings.Split("공일이삼사오육칠팔구", "")

func numbersKo(text string) string {
	text = isoRE.ReplaceAllStringFunc(text, dateKo)
	text = clockRE.ReplaceAllStringFunc(text, clockKo)
	text = hourRE.ReplaceAllStringFunc(text, func(m string) string {
		sub := hourRE.FindStringSubmatch(m)
		return halfKo(sub[2]) + sub[1] + "시"
	})
	text = phoneRE.ReplaceAllStringFunc(text, func(m string) string { return digits(m, phoneKo) })
	text = ungroup(text)
	text = aboutRE.ReplaceAllString(text, "${1}약 $2")
	text = moneyRE.ReplaceAllStringFunc(text, func(m string) string {
		sub := moneyRE.FindStringSubmatch(m)
		return cashKo(sub[1], sub[2], sub[3], sub[4])
	})
	text = isoCashRE.ReplaceAllStringFunc(text, func(m string) string {
		sub := isoCashRE.FindStringSubmatch(m)
		return sub[2] + sub[3] + moneyKo[sub[1]+sub[4]]
	})
	text = zeroRE.ReplaceAllString(text, "$1$2")
	text = wonRE.ReplaceAllStringFunc(text, func(m string) string {
		sub := wonRE.FindStringSubmatch(m)
		return bigKo(sub[1]) + sub[2]
	})
	text = longRE.ReplaceAllStringFunc(text, func(m string) string { return digits(m, phoneKo) })
	text = versionRE.ReplaceAllStringFunc(text, func(m string) string {
		sub := versionRE.FindStringSubmatch(m)
		said := strings.ReplaceAll(sub[2], ".", " 점 ")
		if sub[1] != "" {
			return "버전 " + said
		}
		return said
	})
	text = minusRE.ReplaceAllString(text, "${1}마이너스 $2")
	text = rangeRE.ReplaceAllString(text, "${1}에서 $2")
	text = unitKoRE.ReplaceAllStringFunc(text, func(m string) string {
		sub := unitKoRE.FindStringSubmatch(m)
		return sub[1] + unitsKo[sub[2]] + sub[3]
	})
	text = percentRE.ReplaceAllString(text, "${1}퍼센트")
	text = monthRE.ReplaceAllStringFunc(text, func(m string) string {
		if strings.HasPrefix(m, "1") {
			return "시월"
		}
		return "유월"
	})
	text = countKo(text)
	text = decimalRE.ReplaceAllStringFunc(text, func(m string) string {
		sub := decimalRE.FindStringSubmatch(m)
		return sub[1] + "점 " + digits(sub[2], figuresKo)
	})
	return hashNoRE.ReplaceAllString(text, "$1$2")
}

func dateKo(m string) string {
	sub := isoRE.FindStringSubmatch(m)
	month, day := atoi(sub[2]), atoi(sub[3])
	if month < 1 || month > 12 || day < 1 || day > 31 {
		return m
	}
	said := fmt.Sprintf("%s년 %d월 %d일", sub[1], month, day)
	if sub[4] != "" {
		said += " " + clockKo(sub[4]+":"+sub[5])
	}
	return said
}

func clockKo(m string) string {
	sub := clockRE.FindStringSubmatch(m)
	if sub == nil {
		return m
	}
	said := fmt.Sprintf("%s%d시", halfKo(sub[3]), atoi(sub[1]))
	if minute := atoi(sub[2]); minute > 0 {
		said += fmt.Sprintf(" %d분", minute)
	}
	return said
}

func halfKo(letter string) string {
	switch strings.ToLower(letter) {
	case "a":
		return "오전 "
	case "p":
		return "오후 "
	}
	return ""
}

func cashKo(sign, whole, part, scale string) string {
	number := whole
	if part != "" {
		number += "." + part
	}
	if factor, ok := scalesKo[scale]; ok {
		if f, err := strconv.ParseFloat(number, 64); err == nil && f*factor < 1e15 {
			number = strconv.FormatFloat(f*factor, 'f', 0, 64)
		}
	} else if strings.Trim(part, "0") == "" {
		number = whole
	}
	return bigKo(number) + moneyKo[sign]
}

// bigKo groups a whole number as Korean does: 1억 2345만 6789.
func bigKo(number string) string {
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n < 1e8 {
		return number
	}
	var b strings.Builder
	for _, unit := range []struct {
		size int64
		name string
	}{{1e12, "조 "}, {1e8, "억 "}, {1e4, "만 "}, {1, ""}} {
		if n >= unit.size {
			fmt.Fprintf(&b, "%d%s", n/unit.size, unit.name)
			n %= unit.size
		}
	}
	return strings.TrimSpace(b.String())
}

// countKo puts counted numbers into native words.
func countKo(text string) string {
	var b strings.Builder
	last := 0
	for _, at := range countRE.FindAllStringSubmatchIndex(text, -1) {
		n, counter := atoi(text[at[2]:at[3]]), text[at[4]:at[5]]
		next, _ := utf8.DecodeRuneInString(text[at[1]:])
		if textnorm.Hangul(next) && !strings.ContainsRune(particles, next) || counter == "시" && n > 12 || n == 0 {
			continue
		}
		if before, _ := utf8.DecodeLastRuneInString(text[:at[0]]); before == '.' || before == '-' {
			continue // the end of a decimal
		}
		b.WriteString(text[last:at[0]])
		b.WriteString(native(n) + " " + counter)
		last = at[1]
	}
	return b.String() + text[last:]
}

var tensKo = strings.Fields("열 스물 서른 마흔 쉰 예순 일흔 여든 아흔")
var onesKo = strings.Fields("한 두 세 네 다섯 여섯 일곱 여덟 아홉")

// native is a number from 1 to 99 as it stands before a counter.
func native(n int) string {
	if n == 20 {
		return "스무"
	}
	var s string
	if n >= 10 {
		s = tensKo[n/10-1]
	}
	if n%10 > 0 {
		s += onesKo[n%10-1]
	}
	return s
}
