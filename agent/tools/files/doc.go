// Package files are the tools that read and change files of the workspace. They
// know paths and texts; they must not know who decides, how anyone is asked, any
// model, any sound, any wording (Action.Phrase names a phrase, Action.Values fill it).
//
//	tool          phrase   values                            level
//	list_files    list     path                              Look
//	read_file     read     path                              Look
//	search_files  search   query                             Look
//	write_file    write    path, size, replaces*, warning*   Draft
//	edit_file     edit     path, old, new, warning*          Draft
//	delete_file   delete   path, size, warning*              Draft
//
// Values marked * are there only when they have something to say. Facts for policy:
// path inside, file new|existing, undo kept|none; what is read is private.
package files
