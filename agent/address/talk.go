package address

import "strings"

// greeting is how many words at the beginning do no more than call. What answers
// ("yes", "no", "stop") is none: it must not be lost.
func greeting(words []word) int {
	n := 0
	for n < min(3, len(words)-1) && greetings[words[n].text] {
		n++
	}
	return n
}

var greetings = set(`hey hi hay hello ok okay yo oh um uh ah er well so now and please listen good morning evening afternoon excuse me
	야 어이 저기 저기요 헤이 하이 오케이 자 저 음 어 아 안녕 안녕하세요 좀 그리고`)

// talks says whether words go on from the name without a comma as what is said
// about somebody does: a title, a verb that isn't an order, another name. All else
// is an order.
func talks(after []word) bool {
	first := after[0].text
	if i := strings.IndexAny(first, "'’"); i > 0 { // what's, can't
		first = first[:i]
	}
	switch {
	case auxiliaries[first]:
		return len(after) == 1 || !persons[after[1].text] // "Deputy, is it ..." asks
	case titles[first] || narrating[first]:
		return true
	case after[0].proper && first != "i":
		return true
	}
	return len(first) > 4 && strings.HasSuffix(first, "ed")
}

var (
	titles = set(`mayor minister prime chief director head editor manager president premier secretary governor commissioner chairman chairwoman chair
		leader speaker sheriff sheriffs marshal ambassador attorney general principal superintendent commander chancellor inspector administrator
		assistant officer undersecretary representative coordinator captain coroner clerk treasurer dean rector counsel national first high`)
	narrating = set(`said says told tells who whose whom and or nor of for in at from to with by on as but than that was were had went came got made
		took knew thought asked asks seems became sends goes comes gets makes takes wants needs thinks knows here there he she they speaking himself herself`)
	auxiliaries = set(`is are am do does did has have can could will would shall should may might must isn aren don doesn didn hasn haven won wouldn couldn`)
	persons     = set(`you i we it they he she there this that these those my your our his her their any anyone anybody someone somebody everything everyone`)
	// articles begin a sentence about something: "the body, ..." calls nobody.
	articles = set(`the a an to they`)
)

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}
