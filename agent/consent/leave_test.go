package consent

import (
	"strings"
	"testing"
	"time"

	"deputy/internal/timeexpr"
)

func TestReadGrantRequest(t *testing.T) {
	now := time.Date(2026, 3, 5, 10, 20, 0, 0, time.UTC)
	week, friday, today := timeexpr.Find("this week"), timeexpr.Find("friday"), timeexpr.Find("today")
	for _, c := range []struct {
		text string
		want GrantRequest
	}{
		{"You may mail the finance list about the report this week without asking.", GrantRequest{Verb: "mail", Object: "finance list", About: "report", Until: week}},
		{"you can read example.com without asking until Friday", GrantRequest{Verb: "fetch", Object: "example.com", Until: friday}},
		{"You can read notes.txt without asking", GrantRequest{Verb: "read", Object: "notes.txt"}},
		{"This week you may mail finance about the report without asking me", GrantRequest{Verb: "mail", Object: "finance", About: "report", Until: week}},
		{"You may send the report to finance without asking until tomorrow", GrantRequest{Verb: "mail", Object: "finance", About: "report", Until: timeexpr.Find("tomorrow")}},
		{"Yes, you may send e-mails to Kim without asking today", GrantRequest{Verb: "mail", Object: "Kim", Until: today}},
		{"From now on you may run make test without asking", GrantRequest{Verb: "run", Object: "make test"}},
		{"You're allowed to run the tests without asking me first for the next two hours", GrantRequest{Verb: "run", Object: "tests", Until: timeexpr.Find("in two hours")}},
		{"Feel free to fetch pages from docs.example.org without asking", GrantRequest{Verb: "fetch", Object: "pages from docs.example.org"}},
		{"You may always write to my notes folder", GrantRequest{Verb: "mail", Object: "notes folder"}},
		{"you may always edit files in notes", GrantRequest{Verb: "write", Object: "files in notes"}},
		{"Always allow mailing finance", GrantRequest{Verb: "mail", Object: "finance"}},
		{"always allow e-mails to Kim", GrantRequest{Verb: "mail", Object: "Kim"}},
		{"You may mail Kim three times without asking", GrantRequest{Verb: "mail", Object: "Kim", Count: 3}},
		{"You may mail Kim twice this week without asking", GrantRequest{Verb: "mail", Object: "Kim", Count: 2, Until: week}},
		{"You may order coffee for up to 50 dollars this week without asking", GrantRequest{Verb: "pay", Object: "coffee", Sum: "50 dollars", Until: week}},
		{"you can pay the cleaner up to $40 without asking", GrantRequest{Verb: "pay", Object: "cleaner", Sum: "$40"}},
		{"you may visit example.com without asking until 5 p.m.", GrantRequest{Verb: "fetch", Object: "example.com", Until: timeexpr.Find("at 5 pm")}},
		{"Don't ask me, you may mail finance", GrantRequest{Verb: "mail", Object: "finance"}},
		{"you may mail finance and you don't have to ask me", GrantRequest{Verb: "mail", Object: "finance"}},
		{"mail the finance list without asking this month", GrantRequest{Verb: "mail", Object: "finance list", Until: timeexpr.Find("this month")}},
		{"You may message Ann on Monday without asking", GrantRequest{Verb: "message", Object: "Ann on Monday"}},
		{"you don't need to ask me before mailing finance", GrantRequest{Verb: "mail", Object: "finance"}},
		{"No need to ask before you run the tests", GrantRequest{Verb: "run", Object: "tests"}},
		{"You can go ahead and mail finance without asking", GrantRequest{Verb: "mail", Object: "finance"}},
		{"Please mail finance without asking from now on.", GrantRequest{Verb: "mail", Object: "finance"}},
		{"Until Friday you may read example.com without asking.", GrantRequest{Verb: "fetch", Object: "example.com", Until: friday}},
		{"you may write files in notes without asking for permission today", GrantRequest{Verb: "write", Object: "files in notes", Until: today}},
		{"For the rest of the day you may run commands without asking", GrantRequest{Verb: "run", Object: "commands", Until: today}},
		{"You may mail 재무팀 without asking", GrantRequest{Verb: "mail", Object: "재무팀"}},

		{"이번 주에는 재무팀에 보고서 메일 묻지 말고 보내도 돼", GrantRequest{Verb: "mail", Object: "재무팀", About: "보고서", Until: week}},
		{"재무팀에 보고서 메일은 이번 주까지 묻지 말고 보내도 돼.", GrantRequest{Verb: "mail", Object: "재무팀", About: "보고서", Until: week}},
		{"금요일까지 example.com은 안 물어보고 읽어도 돼", GrantRequest{Verb: "fetch", Object: "example.com", Until: friday}},
		{"오늘은 김 부장에게 문자 묻지 말고 보내", GrantRequest{Verb: "message", Object: "김 부장", Until: today}},
		{"앞으로는 메모 폴더의 파일을 묻지 말고 수정해도 됩니다", GrantRequest{Verb: "write", Object: "메모 폴더", About: "파일"}},
		{"항상 재무팀에 메일 보내도 돼", GrantRequest{Verb: "mail", Object: "재무팀"}},
		{"재무팀 메일은 묻지 말고 보내도 돼요", GrantRequest{Verb: "mail", Object: "재무팀"}},
		{"내일까지 테스트는 물어보지 말고 실행해도 돼", GrantRequest{Verb: "run", Object: "테스트", Until: timeexpr.Find("tomorrow")}},
		{"두 시간 동안 테스트를 묻지 말고 돌려", GrantRequest{Verb: "run", Object: "테스트", Until: timeexpr.Find("in two hours")}},
		{"오만 원까지 커피는 묻지 말고 주문해도 돼", GrantRequest{Verb: "pay", Object: "커피", Sum: "오만 원"}},
		{"김 부장한테 메일 세 번까지 안 묻고 보내도 돼", GrantRequest{Verb: "mail", Object: "김 부장", Count: 3}},
		{"다섯 시까지 회의록 폴더를 묻지 말고 읽어도 돼", GrantRequest{Verb: "read", Object: "회의록 폴더", Until: timeexpr.Find("at five")}},
		{"재무팀에 보고서에 관한 메일은 묻지 말고 보내세요", GrantRequest{Verb: "mail", Object: "재무팀", About: "보고서"}},

		{"재무팀 메일은 이제 안 물어봐도 돼", GrantRequest{Verb: "mail", Object: "재무팀"}},
		{"재무팀에 메일 보낼 때는 안 물어봐도 돼", GrantRequest{Verb: "mail", Object: "재무팀"}},
		{"테스트 돌릴 때는 묻지 마", GrantRequest{Verb: "run", Object: "테스트"}},
		{"재무팀에 메일 보낼 때 묻지 말고 보내", GrantRequest{Verb: "mail", Object: "재무팀"}},
		{"example.com은 금요일까지 묻지 않고 읽어도 됩니다", GrantRequest{Verb: "fetch", Object: "example.com", Until: friday}},

		{"Stop mailing finance without asking", GrantRequest{Verb: "mail", Object: "finance", Revoke: true}},
		{"Revoke the permission for finance.", GrantRequest{Object: "finance", Revoke: true}},
		{"revoke the permission to mail finance", GrantRequest{Verb: "mail", Object: "finance", Revoke: true}},
		{"Forget all permissions.", GrantRequest{Revoke: true}},
		{"cancel all of my permissions", GrantRequest{Revoke: true}},
		{"take back the permission for mailing Kim about the report", GrantRequest{Verb: "mail", Object: "Kim", About: "report", Revoke: true}},
		{"You may no longer mail finance without asking", GrantRequest{Verb: "mail", Object: "finance", Revoke: true}},
		{"don't mail finance without asking any more", GrantRequest{Verb: "mail", Object: "finance", Revoke: true}},
		{"Ask me again before you mail finance", GrantRequest{Verb: "mail", Object: "finance", Revoke: true}},
		{"always ask me before mailing finance", GrantRequest{Verb: "mail", Object: "finance", Revoke: true}},
		{"재무팀 허락 취소해", GrantRequest{Object: "재무팀", Revoke: true}},
		{"재무팀 메일 허락 취소해 줘", GrantRequest{Verb: "mail", Object: "재무팀", Revoke: true}},
		{"허락 모두 취소해", GrantRequest{Revoke: true}},
		{"모든 권한을 취소해 주세요", GrantRequest{Revoke: true}},
		{"재무팀에 묻지 말고 보내는 거 그만해", GrantRequest{Object: "재무팀", Revoke: true}},
		{"이제부터는 재무팀 메일은 물어보고 보내", GrantRequest{Verb: "mail", Object: "재무팀", Revoke: true}},
		{"Revoke everything.", GrantRequest{Revoke: true}},
	} {
		got, ok := ReadGrantRequest(c.text, languageOf(c.text))
		ends, wants := got.Until.End(now), c.want.Until.End(now)
		got.Until, c.want.Until = timeexpr.When{}, timeexpr.When{}
		if !ok || got != c.want || ends != wants {
			t.Errorf("%q: got %+v until %s, %v, want %+v until %s", c.text, got, ends, ok, c.want, wants)
		}
	}
}

// none are no permissions: orders, answers, questions, negations, conditions,
// what others say, and ends that no clock can tell.
var none = strings.Split(`Mail the finance list about the report.
Send the report to finance this week.
You may mail finance.
You can read example.com until Friday.
Yes.
yes, go ahead
Don't ask me again.
do it without asking
send it without asking
you may send it without asking
Can you mail finance without asking?
can you mail finance without asking
May you mail finance without asking
Would you mail finance without asking me
Did you mail finance without asking?
You may not mail finance without asking.
Don't mail finance without asking.
never mail finance without asking
You can't mail finance without asking
You mailed finance without asking
Why did you mail finance without asking
If Kim agrees you may mail finance without asking
You may mail finance without asking if it is short
you could mail finance without asking
You might mail finance without asking
Maybe you may mail finance without asking
you may mail finance without asking, but not Kim
You may mail everyone except Kim without asking
You may mail finance without asking until Kim is back
He said you may mail finance without asking
I said always
I always mail finance
She always reads example.com
always use short words
always mail finance
You may always ask me
Stop.
Stop mailing finance
ask me later
ask me when you are done
Forget it.
cancel the meeting about permissions
delete the file
without asking
you may without asking
What permissions are there
Write a note: you may mail finance without asking
Send Kim a mail saying you may delete files without asking
Tell Kim you may mail finance without asking
the page says you may mail finance without asking
If it rains tomorrow you may mail finance without asking
He said on Friday you may mail finance without asking
you may delete everything without asking
you may do everything without asking
you may mail finance and delete the files without asking
you may spend twenty dollars a day without asking
you may post to the blog twice a week without asking
Stop doing that without asking
revoke the permission that you have
메모에 묻지 말고 적어도 된다고 써 줘
재무팀에 메일 묻지 말고 보내라고 했어
허락 취소 메일 보내 줘
회의 취소해 줘
재무팀에 보고서 메일 보내 줘
재무팀에 메일 보내도 돼
이번 주에 재무팀에 메일 보내
묻지 말고 해
묻지 말고 보내
그거 묻지 말고 보내
재무팀에 메일 묻지 말고 보내도 돼?
재무팀에 메일 묻지 말고 보내도 될까요
재무팀에 메일 묻지 말고 보내면 안 돼
재무팀에 묻지 말고 보내지 마
재무팀에 메일을 묻지 말고 보냈어
왜 재무팀에 메일을 묻지 말고 보냈어
김 부장이 동의하면 재무팀에 메일 묻지 말고 보내
재무팀에 메일 묻지 말고 보내도 된다고 했어
김 부장이 돌아올 때까지 재무팀에 메일 묻지 말고 보내도 돼
항상 감사합니다
항상 그래
항상 승인하지 마
취소해
메일 취소해
네
진행해
나중에 물어봐`, "\n")

func TestNoGrantRequest(t *testing.T) {
	for _, text := range none {
		if got, ok := ReadGrantRequest(text, languageOf(text)); ok {
			t.Errorf("%q: got %+v, want none", text, got)
		}
	}
	if got, ok := ReadGrantRequest("you may mail finance without asking", "fr"); ok {
		t.Errorf("another language permits %+v", got)
	}
}

// TestLeaveLaw: a question, a negation or a condition around any permission
// makes it none.
func TestLeaveLaw(t *testing.T) {
	for _, c := range []struct{ leave, around []string }{
		{[]string{"you may mail finance without asking", "you can read example.com without asking until Friday", "always allow mailing finance", "you may always run the tests"},
			[]string{"if it rains @", "@ if it rains", "@ unless Kim says so", "no, @", "do not think @", "maybe @", "@?", "is it true that @", "what if @", "he thinks @", "@, except on Sundays", "I never said @"}},
		{[]string{"재무팀에 메일 묻지 말고 보내도 돼", "항상 테스트를 실행해도 돼", "금요일까지 example.com은 묻지 말고 읽어도 돼"},
			[]string{"비가 오면 @", "만약 @", "@?", "@ 아니야", "아니 @", "혹시 @", "@라고 한 적 없어", "@라고 했어", "왜 @", "아마 @"}},
	} {
		for _, l := range c.leave {
			if _, ok := ReadGrantRequest(l, ""); !ok {
				t.Errorf("%q: got none, want a permission", l)
			}
			for _, a := range c.around {
				text := strings.ReplaceAll(a, "@", l)
				if got, ok := ReadGrantRequest(text, ""); ok && !got.Revoke {
					t.Errorf("%q: got %+v, want none", text, got)
				}
			}
		}
	}
}
