package consent

import (
	"regexp"
	"strings"
)

// A deed is one that can be permitted, as English names it.
type deed struct {
	verb string
	re   *regexp.Regexp // the verb, ordered or as an -ing, at the beginning
}

// deeds are tried in this order.
var deeds = func() []deed {
	var out []deed
	for _, d := range [][2]string{
		{"mail", `(?:send|write|sending|writing) (?:(?:an?|any|the|my|all|more) )?(?:e ?mails?|mails?|e-mails?)(?: to)?`},
		{"message", `(?:send|write|sending|writing) (?:(?:an?|any|the|my) )?(?:text |chat )?(?:messages?|texts?)(?: to)?|(?:message|messaging|text|texting)`},
		{"mail", `(?:e-?mail|mail|e-?mailing|mailing|write to|writing to|send|sending|forward|forwarding)(?: to)?|(?:e-?mails|mails|mail) to`},
		{"fetch", `(?:fetch|fetching|browse|browsing|visit|visiting|download|downloading|load|loading)(?: from)?`},
		{"read", `(?:read|reading|open|opening|look at|looking at|access|accessing|see|seeing)(?: from)?`},
		{"run", `(?:run|running|execute|executing|use|using|start|starting)`},
		{"write", `(?:write|writing|edit|editing|save|saving|change|changing|update|updating)(?: to| in)?`},
		{"delete", `(?:delete|deleting|remove|removing|erase|erasing)`},
		{"post", `(?:post|posting|publish|publishing|upload|uploading|share|sharing)(?: to| on| with)?`},
		{"push", `(?:push|pushing|merge|merging)(?: to| into)?`},
		{"pay", `(?:pay|paying|buy|buying|order|ordering|spend|spending|purchase|purchasing|transfer|transferring)(?: for| on| from| at| to)?`},
		{"book", `(?:book|booking|reserve|reserving)`},
		{"install", `(?:install|installing)`},
		{"move", `(?:move|moving|rename|renaming|copy|copying)`},
	} {
		out = append(out, deed{d[0], regexp.MustCompile(`(?i)^(?:` + d[1] + `)(?: (.+))?$`)})
	}
	return out
}()

// english.
var (
	courtesy = `(?:(?:yes|yeah|ok|okay|sure|please|deputy|hey deputy|so|and|well|also|from now on|in future|in the future) )*`
	opener   = regexp.MustCompile(`(?i)^` + courtesy + `(?:(?:you|deputy) (?:may|can|are allowed to|are free to|have my permission to|have permission to)|youre allowed to|feel free to|i (?:allow|permit|authori[sz]e) you to|its (?:okay|ok|fine|all right) to) (?:(?:always|now|also|just|from now on|go ahead and) )*`)
	ordered  = regexp.MustCompile(`(?i)^` + courtesy + `(?:always |just |go ahead and )*`)
	allowing = regexp.MustCompile(`(?i)^` + courtesy + `always (?:allow|approve|permit|authori[sz]e) `)

	enUnasked = regexp.MustCompile(`(?i)(?:^| )(?:(?:and |but )?(?:without (?:asking (?:me )?for (?:my )?(?:permission|approval)|asking|checking with|checking|my approval|approval|confirmation)(?: me)?|(?:dont|do not|no need to|you dont (?:have|need) to|never) ask(?: me)?|unasked)(?: (?:first|again|about it|for it|every time|each time|any ?more|beforehand))*)(?: |$)`)
	enAlways  = regexp.MustCompile(`(?i)(?:^| )(?:always|from now on|permanently|for good)(?: |$)`)
	enUntil   = regexp.MustCompile(`(?i)(?:^| )(?:((?:until|till|through|up to and including|by) (?:.+?)|(?:for|within|in|over) (?:the )?(?:next )?(?:\S+ ){0,3}(?:minutes?|mins?|hours?|hrs?|days?|weeks?|months?)|(?:only )?(?:today|tonight|this (?:morning|afternoon|evening|week|weekend|month)|for the (?:day|week|month|rest of the (?:day|week|month))|tomorrow))(?: only)?)$`)
	enCount   = regexp.MustCompile(`(?i)(?:^| )(?:up to |at most |only |no more than )?(once|twice|(?:\d{1,3}|one|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty)(?: times))(?: |$)`)
	enSum     = regexp.MustCompile(`(?i)(?:^| )(?:for )?(?:up to|at most|no more than|under|below|less than|to a limit of|as much as) ([$€£₩]\d[\d.,]*|[\d.,]+ ?(?:dollars?|euros?|pounds?|won|cents?|bucks|usd|eur|krw)|(?:[a-z]+ ){1,5}(?:dollars?|euros?|pounds?|won|cents?|bucks))(?: |$)`)
	// An end may come first: "until Friday you may ...".
	enHead   = regexp.MustCompile(`(?i)^((?:(?:until|till|for|only|the|rest|end|of|this|next|today|tonight|tomorrow|morning|afternoon|evening|noon|midnight|week|weekend|month|day|days|hours?|minutes?|weeks|monday|tuesday|wednesday|thursday|friday|saturday|sunday|at|\d{1,2}|am|pm|oclock|an?|half|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve) )+)`)
	enPeriod = regexp.MustCompile(`(?i)(?:^| )(?:an?|per|each|every) (?:day|week|month|hour|year|time)(?: |$)`)
	enSpared = regexp.MustCompile(`(?i)^` + courtesy + `(?:you (?:dont|do not) (?:have|need) to|you need not|no need to|dont|do not|never) ask(?: me)?(?: again| first)* (?:before|when) (?:you )?(.+)$`)
	enAbout  = regexp.MustCompile(`(?i) (?:about|regarding|concerning|on the subject of) `)
	article  = regexp.MustCompile(`(?i)^(?:(?:to|from|at|in|on|with|for|of|the|a|an|my|our|any|all) )+`)

	enRevoke  = regexp.MustCompile(`(?i)^` + courtesy + `(?:(?:i|id like to|i want to|lets|can you) )?(?:revoke|withdraw|cancel|take back|forget|remove|drop|end|delete|undo|clear|rescind) (?:all |every |each |any )?(?:of )?(?:the |my |your |that |this |those |these |our )?(?:standing )?(?:permissions?|grants?|leaves?)(?: (?:for|to|about|of|on|with) (.+))?$|(?i)^revoke (?:everything|them all|it all)$`)
	enStop    = regexp.MustCompile(`(?i)^` + courtesy + `(?:stop|quit|no more) (.+)$`)
	enNoMore  = regexp.MustCompile(`(?i)^` + courtesy + `(?:you (?:may|can) no longer|youre no longer allowed to|you are no longer allowed to|you have no permission any ?more to) (.+)$`)
	enNever   = regexp.MustCompile(`(?i)^` + courtesy + `(?:dont|do not|never|you may not|you cant|you cannot) (.+)$`)
	enLonger  = regexp.MustCompile(`(?i) (?:any ?more|any longer|again|from now on)(?: |$)`)
	enAskOver = regexp.MustCompile(`(?i)^` + courtesy + `(?:(?:always|from now on) )*ask(?: me)?(?: again| first| always)* (?:before|when) (?:you )?(.+)$`)
)

// files end a name that is a file's rather than a web site's.
var files = regexp.MustCompile(`(?i)\.(?:txt|md|pdf|csv|tsv|doc|docx|xls|xlsx|ppt|pptx|go|py|js|ts|sh|json|ya?ml|html?|xml|png|jpe?g|gif|wav|mp3|mp4|zip|tar|gz|log|toml|ini|conf|db|hwp)$`)

var webWord = set("site sites website websites page pages web webpage webpages")

// isSite says whether an object is a place of the web: "example.com".
func isSite(s string) bool {
	for w := range strings.FieldsSeq(strings.ToLower(s)) {
		if webWord[w] || strings.HasPrefix(w, "http") || strings.HasPrefix(w, "사이트") || strings.HasPrefix(w, "페이지") || strings.HasPrefix(w, "웹") {
			return true
		}
		if i := strings.LastIndex(w, "."); i > 0 && i < len(w)-1 && !strings.ContainsAny(w, "/@") && !files.MatchString(w) {
			return true
		}
	}
	return false
}

// koDeeds are deeds as Korean ends a permission with them: 보내도 돼, 읽어, 실행하세요.
var koDeeds = func() []deed {
	var out []deed
	for _, d := range [][2]string{
		{"message", `(?:문자|메시지|카톡)(?:을|를|은|는|도)? ?(?:보내|쓰|써|하|해)`},
		{"mail", `(?:이메일|메일|편지)(?:을|를|은|는|도)? ?(?:보내|쓰|써|하|해|발송하|발송해|전송해)|보내|발송하|발송해|전송하|전송해|메일하|메일해`},
		{"fetch", `(?:접속|방문|다운로드)(?:하|해)|내려받아?|가져오|가져와|불러오|불러와|들어가`},
		{"read", `읽어?|열어?|봐|보아?|(?:조회|확인)(?:하|해)`},
		{"run", `(?:실행|사용)(?:하|해)|돌리|돌려|쓰|써`},
		{"write", `(?:저장|수정|작성|편집)(?:하|해)|고치|고쳐|적어?|바꾸|바꿔`},
		{"delete", `삭제(?:하|해)|지우|지워`},
		{"post", `(?:게시|공유|업로드|등록|공개)(?:하|해)|올리|올려`},
		{"push", `(?:푸시|병합|머지)(?:하|해)`},
		{"pay", `(?:결제|구매|주문|송금|이체|지불)(?:하|해)|사`},
		{"book", `예약(?:하|해)`},
		{"install", `설치(?:하|해)`},
		{"move", `(?:이동|복사)(?:하|해)|옮기|옮겨`},
	} {
		out = append(out, deed{d[0], regexp.MustCompile(`^(?:(.*) )?(?:` + d[1] + `)(?:(?:도|셔도|시도록|으셔도) ?(?:돼요?|됩니다|된다|좋아요?|좋습니다|괜찮아요?|괜찮습니다)|세요|으세요|십시오|으십시오|라|요| ?줘요?| ?주세요| ?주라)?$`)})
	}
	return out
}()

var koWhileVerbs = map[string]string{
	"보낼": "mail", "쓸": "run", "읽을": "read", "열": "read", "돌릴": "run", "실행할": "run", "지울": "delete", "삭제할": "delete", "올릴": "post",
	"결제할": "pay", "주문할": "pay", "살": "pay", "수정할": "write", "저장할": "write", "접속할": "fetch",
}

// korean.
var (
	koUnasked  = regexp.MustCompile(`(?:^| )(?:(?:나한테|저한테|나에게|저에게|이제는?|그냥|계속|따로|일일이|매번|다시|굳이|더) ?)*(?:(?:묻지|물어 ?보지|여쭙지|물으시지) ?(?:말고|않고|않아도 (?:돼요?|됩니다)|마(?:세요|라|요)?)|안 ?(?:묻고|물어 ?보고|물어 ?봐도 (?:돼요?|됩니다))|(?:묻는|물어볼|물을) ?(?:것|필요)(?:도|이|가)? ?없이|(?:확인|허락|승인|허가)(?:을|를)? ?(?:없이|안 ?받고|받지 ?않고))(?:서|도)?(?: |$)`)
	koAlways   = regexp.MustCompile(`(?:^| )(?:항상|언제나|늘|매번|앞으로는?(?: 계속| 쭉)?|이제부터는?)(?: |$)`)
	koUntil    = regexp.MustCompile(`(?:^| )((?:(?:이번|다음) ?(?:주말|주|달)|오늘 ?밤?|내일|모레|(?:이번 ?주 |다음 ?주 )?[월화수목금토일]요일)(?: 하루)?(?:까지는|까지만|까지|동안에는|동안은|동안만|동안|에는|에만|에|안에는|안에|은|는|만)?(?: 동안에?[는은만]?)?|(?:(?:오전|오후|아침|저녁|밤|내일|오늘|점심) ?)*(?:\d{1,2}|열한|열두|열|한|두|세|네|다섯|여섯|일곱|여덟|아홉) ?시(?: ?반)?까지[는만]?|(?:앞으로 )?(?:\d{1,3}|반|한|두|세|네|다섯|여섯|열|[일이삼사오육칠팔구십]+) ?(?:분|시간|일|주일?|달|개월)(?: ?반)? ?(?:동안|간)(?:에는|은|는|만)?|\S+까지[는만]?)(?: |$)`)
	koCount    = regexp.MustCompile(`(?:^| )(?:딱 |최대 )?(\d{1,3}|한|두|세|네|다섯|여섯|일곱|여덟|아홉|열) ?(?:번|회)(?:까지는|까지만|까지|만|은)?(?: |$)`)
	koSum      = regexp.MustCompile(`(?:^| )((?:[\d,.]+|[일이삼사오육칠팔구십백천만억]+)(?:[천만억백십]*) ?(?:원|달러|유로|엔))(?:까지는|까지만|까지| ?이하로?는?| ?미만으로?| ?한도로| ?안에서| ?내에서)(?: |$)`)
	koAbout    = regexp.MustCompile(`(?:^| )((?:\S*[^에께테로을를은는 ] )?\S+?)(?:에 (?:대해서?는?|대한|관해서?|관한)|(?:와|과)? ?관련(?:해서|된|한)?)(?: |$)`)
	koTo       = regexp.MustCompile(`^(.+?)(?:에게는|에게|한테는|한테|께는|께|앞으로|으로는|쪽에는|쪽에|에는|에다|에|으로|로)$`)
	koWhat     = regexp.MustCompile(`^(.+?)(?:을|를|은|는|의|도|만)$`)
	koWhile    = regexp.MustCompile(`^(.*?) ?(보낼|쓸|읽을|열|돌릴|실행할|지울|삭제할|올릴|결제할|주문할|살|수정할|저장할|접속할) ?때(?:는|마다|에는)? ?(.*)$`)
	koSpared   = regexp.MustCompile(`(?:안 ?(?:물어 ?봐도|물어도) (?:돼요?|됩니다)|(?:묻지|물어 ?보지|여쭙지) ?(?:않아도 (?:돼요?|됩니다)|마(?:세요|라|요)?))$`)
	koReported = regexp.MustCompile(`(?:다|라|냐|자)고(?: |$)`)
	koDoing    = regexp.MustCompile(`^(?:보내는|하는|읽는|쓰는|여는|실행하는|메일하는|거|것|건|일|데|허락)(?:을|를|은|는|도)?$`)
	koMail     = regexp.MustCompile(`^(?:메일|이메일|편지|문자|메시지|카톡)(?:을|를|은|는|도|만)?$`)

	koRevoke = regexp.MustCompile(`^(.*?) ?(?:(?:모든|전체|모두|전부) ?)?(?:허락|허가|권한|상시 ?승인|자동 ?승인|허용)(?:한|했던|해 ?준)?(?: ?(?:것|거|건))?(?:을|를|은|는|도)? ?(?:이제 |다시 |모두 |전부 |다 |싹 )*(?:취소|철회|거두|거둬|거둘|없애|없앨|지워|회수|해제|끝내|그만|잊어|삭제)\S*(?: ?(?:줘|줘요|주세요|버려|할게|할게요|해))?$`)
	koAskNow = regexp.MustCompile(`^(?:이제(?:는|부터는?)?|앞으로는?|다음부터는?|다시) (.+?) ?(?:나한테 |저한테 |꼭 |먼저 |다시 )*(?:물어 ?보고|묻고|확인 ?받고|허락 ?받고|승인 ?받고)(?:서|나서)? ?(?:\S+)$`)
	koStop   = regexp.MustCompile(`^(.+?) ?(?:그만 ?(?:보내|해|둬|하|읽|열)|그만|중지|멈춰)\S*$`)
)
