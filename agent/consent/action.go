package consent

import (
	"slices"
	"strings"
)

// An effect is a kind of action, as it is named: by the owner as an approval
// ("send it", 보내 줘) and by Deputy in the ask. Naming it approves only what
// the ask was about: "delete it" is no answer to a mail.
type effect struct {
	verbs  []string // English, as ordered
	orders []string // Korean, as ordered, without spaces
	names  []string // any of these in what Deputy said means that it spoke of it
}

var effects = []effect{
	{[]string{"send", "mail", "email"}, append(append(forms([]string{"전송", "발송"}, haForms), eo("보내")...), "보내세요", "보내십시오", "보내자", "보냅시다", "보내셔도돼요", "보내셔도됩니다", "보내이소"),
		[]string{"send", "sent", "mail", "보내", "보낼", "보냅", "보낸", "전송", "발송", "메일"}},
	{[]string{"delete", "remove", "erase"}, append(forms([]string{"삭제"}, haForms), eo("지워")...),
		[]string{"delete", "delet", "remov", "eras", "삭제", "지우", "지울", "지워", "지웁"}},
	{[]string{"pay", "transfer"}, forms([]string{"결제", "송금", "이체"}, haForms), []string{"pay", "paid", "transfer", "결제", "송금", "이체"}},
	{[]string{"buy", "purchase", "order"}, forms([]string{"구매", "주문", "구입"}, haForms), []string{"buy", "purchas", "order", "구매", "주문", "구입"}},
	{[]string{"book", "reserve"}, forms([]string{"예약"}, haForms), []string{"book", "reserv", "예약"}},
	{[]string{"post", "publish", "upload", "share"}, append(forms([]string{"게시", "등록", "공개", "업로드", "공유"}, haForms), eo("올려")...),
		[]string{"post", "publish", "upload", "share", "shar", "게시", "등록", "공개", "업로드", "공유", "올리", "올릴", "올려"}},
	{[]string{"run", "execute"}, forms([]string{"실행"}, haForms), []string{"run", "execut", "실행"}},
	{[]string{"install"}, forms([]string{"설치"}, haForms), []string{"install", "설치"}},
	{[]string{"push", "merge"}, forms([]string{"푸시", "병합"}, haForms), []string{"push", "merg", "푸시", "병합"}},
	{[]string{"submit", "file"}, forms([]string{"제출"}, haForms), []string{"submit", "file", "제출"}},
	{[]string{"open", "fetch", "download"}, append(forms([]string{"다운로드"}, haForms), append(eo("열어"), eo("받아")...)...),
		[]string{"open", "fetch", "download", "read", "열", "받", "다운로드"}},
}

// objects are what may follow an English verb.
var objects = []string{" it", " this", " that", " them", " now", " the mail", " the email", " the e mail", " the message", " the file", " the payment", " it now", " it please", " it off"}

// koreanObjects may stand beside a Korean order, and approve nothing alone.
var koreanObjects = []string{"메일", "메일을", "이메일", "이메일을", "메시지", "메시지를", "문자", "문자를", "파일", "파일을"}

// eo is how a verb is ordered or allowed from its 어 stem.
func eo(stem string) []string {
	return forms([]string{stem}, []string{"", "요", "줘", "줘요", "주라", "주세요", "주십시오", "주시죠", "라", "도돼", "도돼요", "도됩니다", "도좋아", "도좋아요", "도좋습니다", "주이소"})
}

// orders finds the effect that a phrase names, as the tables write it.
func orders(english bool) map[string]int {
	t := map[string]int{}
	for i, e := range effects {
		if !english {
			for _, o := range e.orders {
				t[o] = i
			}
			continue
		}
		for _, v := range e.verbs {
			for _, o := range objects {
				t[v+o] = i
			}
		}
	}
	return t
}

var englishOrders, koreanOrders = orders(true), orders(false)

// named says whether Deputy spoke of the effect that words i to j name.
func (u *utterance) named(i, j int, said []string) bool {
	spaced, closed := u.join(i, j)
	e, ok := englishOrders[spaced]
	if !ok {
		e, ok = koreanOrders[closed]
	}
	if !ok {
		return false
	}
	for _, s := range said {
		s = strings.ToLower(s)
		if slices.ContainsFunc(effects[e].names, func(n string) bool { return strings.Contains(s, n) }) {
			return true
		}
	}
	return false
}
