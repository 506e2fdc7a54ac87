// Package tools holds what Deputy can do on its owner's machine: files of the
// workspace, commands in a sandbox, pages of the web, notes and reminders, mail.
// Each tool knows how to check its arguments, what authority they take, how to
// have the effect once and how to take it back. It must not know who decides,
// how anyone is asked, any model, any sound, any wording (Action.Phrase names a
// phrase, Action.Values fill it), nor where its settings come from.
//
//	tool          phrase   values                                             level
//	list_files    list     path                                               Look
//	read_file     read     path                                               Look
//	search_files  search   query                                              Look
//	write_file    write    path, size, replaces*, warning*                    Draft
//	edit_file     edit     path, old, new, warning*                           Draft
//	delete_file   delete   path, size, warning*                               Draft
//	run_command   command  command, programs, a reason*, hosts*, unknown*,
//	                       alike*, lasting*                                   Look to Seal, by what it wants beyond its sandbox
//	fetch_page    fetch    url, host, warning*                                Reach, Look for a listed host
//	take_note     note     text, path                                         Draft
//	remind        remind   text, when, day, clock                             Draft
//	send_mail     mail     to, name*, subject, size, begins, count, new*, warning*   Commit
//
// What each states of its arguments, for policy (agent/policy/file/table.yaml):
//
//	list_files, read_file, search_files   path inside; the result is private
//	write_file, edit_file, delete_file    path inside, file new|existing, undo kept|none
//	take_note                             path inside, undo kept
//	fetch_page                            host known|new|lookalike; leaves the machine; "a page of HOST" wrote the result
//	send_mail                             recipient known|new|lookalike, contacts; leaves the machine
//
// Values marked * are there only when they have something to say. Paths are
// relative to the workspace, sizes are for people ("1.2 kB"), when is
// "2006-01-02 15:04", replaces is the size of what is replaced, new is "yes" for
// a recipient that is no contact. Of a command, hosts are those it may reach,
// unknown is "yes" if one of them is not listed, alike if one looks like another,
// lasting if its changes can't be undone. A warning is the key of a phrase: "no-undo"
// (it can't be taken back), "lookalike" (the address or host looks like another
// one or mixes scripts). A reason is named for what decided a command's level (see
// why) and holds the part of the command that did: publishes is "git push origin".
package tools
