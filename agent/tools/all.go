package tools

import (
	"deputy/agent/tools/files"
	"deputy/agent/tools/mail"
	"deputy/agent/tools/notes"
	"deputy/agent/tools/shell"
	"deputy/agent/tools/web"
)

// About is what policy and phrases have to know of every tool that Deputy comes with:
// the tools.yaml of each folder, for agent/policy/file.Table and configs/phrases.With.
var About = [][]byte{files.About, mail.About, notes.About, shell.About, web.About}
