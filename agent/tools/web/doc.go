// Package web is the tool that reads a page of the web as text. It knows addresses
// and pages; it must not know who decides, how anyone is asked, any model, any
// sound, any wording.
//
//	tool        phrase  values               level
//	fetch_page  fetch   url, host, warning*  External, Look for a listed host
//
// A warning is "lookalike" for a host that looks like another one. Facts for policy:
// host known|new|lookalike; it leaves the machine; "a page of HOST" wrote the result.
package web
