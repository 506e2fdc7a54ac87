package stt

import "strings"

// languages are whisper's, by ISO 639-1 code (ISO 639-3 where that has none) and
// English name.
const languages = "en english zh chinese de german es spanish ru russian ko korean fr french ja japanese pt portuguese " +
	"tr turkish pl polish ca catalan nl dutch ar arabic sv swedish it italian id indonesian hi hindi fi finnish vi vietnamese " +
	"he hebrew uk ukrainian el greek ms malay cs czech ro romanian da danish hu hungarian ta tamil no norwegian th thai ur urdu " +
	"hr croatian bg bulgarian lt lithuanian la latin mi maori ml malayalam cy welsh sk slovak te telugu fa persian lv latvian " +
	"bn bengali sr serbian az azerbaijani sl slovenian kn kannada et estonian mk macedonian br breton eu basque is icelandic " +
	"hy armenian ne nepali mn mongolian bs bosnian kk kazakh sq albanian sw swahili gl galician mr marathi pa punjabi si sinhala " +
	"km khmer sn shona yo yoruba so somali af afrikaans oc occitan ka georgian be belarusian tg tajik sd sindhi gu gujarati " +
	"am amharic yi yiddish lo lao uz uzbek fo faroese ht haitian ps pashto tk turkmen nn nynorsk mt maltese sa sanskrit " +
	"lb luxembourgish my myanmar bo tibetan tl tagalog mg malagasy as assamese tt tatar haw hawaiian ln lingala ha hausa " +
	"ba bashkir jw javanese su sundanese yue cantonese"

var codes = func() map[string]string {
	m := map[string]string{}
	f := strings.Fields(languages)
	for i := 0; i+1 < len(f); i += 2 {
		m[f[i]], m[f[i+1]] = f[i], f[i]
	}
	return m
}()

// LanguageCode turns what engines and people call a language ("English", "en",
// "en-US", "ko_KR") into the code that a Transcript carries, or "" if whisper
// knows no such language.
func LanguageCode(name string) string {
	name = strings.ToLower(strings.TrimSpace(name))
	if code, ok := codes[name]; ok {
		return code
	}
	short, _, _ := strings.Cut(strings.ReplaceAll(name, "_", "-"), "-")
	return codes[short]
}
