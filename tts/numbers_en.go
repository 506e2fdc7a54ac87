package tts

import (
	"fmt"
	"strings"
	"time"
)

var scalesEn = map[string]string{"k": "thousand", "K": "thousand", "M": "million", "B": "billion", "bn": "billion"}

// moneyEn is each currency in one and in many, and its hundredth.
var moneyEn = map[string][3]string{
	"$": {"dollar", "dollars", "cents"}, "US$": {"US dollar", "US dollars", "cents"}, "USD": {"US dollar", "US dollars", "cents"},
	"€": {"euro", "euros", "cents"}, "EUR": {"euro", "euros", "cents"},
	"£": {"pound", "pounds", "pence"}, "GBP": {"pound", "pounds", "pence"},
	"¥": {"yen", "yen", ""}, "JPY": {"yen", "yen", ""}, "₩": {"won", "won", ""}, "KRW": {"won", "won", ""},
}

var unitsEn = map[string]string{
	"km/h": "kilometers an hour", "km": "kilometers", "cm": "centimeters", "mm": "millimeters", "m": "meters",
	"kg": "kilograms", "mg": "milligrams", "g": "grams", "KB": "kilobytes", "kB": "kilobytes", "MB": "megabytes",
	"GB": "gigabytes", "TB": "terabytes", "GHz": "gigahertz", "MHz": "megahertz", "kHz": "kilohertz", "Hz": "hertz",
	"kWh": "kilowatt hours", "kW": "kilowatts", "ms": "milliseconds", "ml": "milliliters",
	"°C": "degrees Celsius", "°F": "degrees Fahrenheit", "°": "degrees",
}

func numbersEn(text string) string {
	text = isoRE.ReplaceAllStringFunc(text, dateEn)
	text = clockRE.ReplaceAllStringFunc(text, clockEn)
	text = hourRE.ReplaceAllStringFunc(text, func(m string) string {
		sub := hourRE.FindStringSubmatch(m)
		return fmt.Sprintf("%d %sM", atoi(sub[1]), strings.ToUpper(sub[2]))
	})
	text = phoneRE.ReplaceAllStringFunc(text, func(m string) string { return digits(m, nil) })
	text = ungroup(text)
	text = aboutRE.ReplaceAllString(text, "${1}about $2")
	text = moneyRE.ReplaceAllStringFunc(text, func(m string) string {
		sub := moneyRE.FindStringSubmatch(m)
		return cashEn(sub[1], sub[2], sub[3], sub[4])
	})
	text = isoCashRE.ReplaceAllStringFunc(text, func(m string) string {
		sub := isoCashRE.FindStringSubmatch(m)
		whole, part, _ := strings.Cut(sub[2]+sub[3], ".")
		return cashEn(sub[1]+sub[4], whole, part, "")
	})
	text = longRE.ReplaceAllStringFunc(text, func(m string) string { return digits(m, nil) })
	text = versionRE.ReplaceAllStringFunc(text, func(m string) string {
		sub := versionRE.FindStringSubmatch(m)
		said := strings.ReplaceAll(sub[2], ".", " point ")
		if sub[1] != "" {
			return "version " + said
		}
		return said
	})
	text = minusRE.ReplaceAllString(text, "${1}minus $2")
	text = rangeRE.ReplaceAllString(text, "$1 to $2")
	text = unitRE.ReplaceAllStringFunc(text, func(m string) string {
		sub := unitRE.FindStringSubmatch(m)
		return sub[1] + " " + unitsEn[sub[2]] + sub[3]
	})
	text = percentRE.ReplaceAllString(text, "$1 percent")
	return hashNoRE.ReplaceAllString(text, "${1}number $2")
}

func dateEn(m string) string {
	sub := isoRE.FindStringSubmatch(m)
	month, day := atoi(sub[2]), atoi(sub[3])
	if month < 1 || month > 12 || day < 1 || day > 31 {
		return m
	}
	said := fmt.Sprintf("%s %d, %s", time.Month(month), day, sub[1])
	if sub[4] == "" {
		return said
	}
	said += " at " + clockEn(sub[4]+":"+sub[5])
	if sub[6] == "Z" || sub[6] == "UTC" {
		said += " UTC"
	}
	return said
}

func clockEn(m string) string {
	sub := clockRE.FindStringSubmatch(m)
	if sub == nil {
		return m
	}
	hour, minute, half := atoi(sub[1]), atoi(sub[2]), ""
	if sub[3] != "" {
		half = " " + strings.ToUpper(sub[3]) + "M"
	}
	switch {
	case minute == 0 && half != "":
		return fmt.Sprintf("%d%s", hour, half)
	case minute == 0 && hour >= 1 && hour <= 12:
		return fmt.Sprintf("%d o'clock", hour)
	case minute == 0:
		return fmt.Sprintf("%d hundred hours", hour)
	case minute < 10:
		return fmt.Sprintf("%d oh %d%s", hour, minute, half)
	}
	return fmt.Sprintf("%d:%d%s", hour, minute, half)
}

// cashEn says an amount: "3200 dollars and 50 cents", "3.2 million dollars".
func cashEn(sign, whole, part, scale string) string {
	name := moneyEn[sign]
	if long, ok := scalesEn[scale]; ok {
		scale = long
	}
	switch {
	case scale != "":
		if part != "" {
			whole += "." + part
		}
		return whole + " " + scale + " " + name[1]
	case strings.Trim(part, "0") == "" && whole == "1":
		return "1 " + name[0]
	case strings.Trim(part, "0") == "":
		return whole + " " + name[1]
	case len(part) == 2 && name[2] != "":
		return fmt.Sprintf("%s and %d %s", cashEn(sign, whole, "", ""), atoi(part), name[2])
	}
	return whole + "." + part + " " + name[1]
}
