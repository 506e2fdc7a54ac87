package openai

import (
	"encoding/json"
	"strings"

	"deputy/agent/tool"
)

// deskTools are the tools that Deputy has, for tests that need real ones.
func deskTools() []tool.Spec {
	spec := func(name, description string, args ...string) tool.Spec {
		var props []string
		for _, a := range args {
			props = append(props, `"`+a+`":{"type":"string"}`)
		}
		required, _ := json.Marshal(args)
		return tool.Spec{Name: name, Description: description, Params: json.RawMessage(
			`{"type":"object","properties":{` + strings.Join(props, ",") + `},"required":` + string(required) + `,"additionalProperties":false}`)}
	}
	return []tool.Spec{
		spec("list_files", "List the files and folders in a folder of the workspace.", "path"),
		spec("read_file", "Read a text file of the workspace.", "path"),
		spec("search_files", "Find files of the workspace by words in their name or content.", "query"),
		spec("write_file", "Create a file in the workspace, or replace its whole content.", "path", "text"),
		spec("edit_file", "Replace one passage of a text file in the workspace.", "path", "old", "new"),
		spec("delete_file", "Delete a file of the workspace.", "path"),
		spec("run_command", "Run a shell command in the workspace, without network.", "command"),
		spec("fetch_page", "Read a web page as text.", "url"),
		spec("take_note", "Add a note to today's notes.", "text"),
		spec("remind", "Set a timer, an alarm or a reminder: the user is told something later.", "text", "when"),
		spec("send_mail", "Send an e-mail.", "to", "subject", "body"),
	}
}

const testSystem = "You are Deputy. You carry out the user's spoken orders with tools. Be brief."
