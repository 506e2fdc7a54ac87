# Counts the tests in the output of go test -json: `N passed, N failed, N skipped`; ends with 1 where one failed or none
# passed. A test with subtests counts through them only. In files whose names begin with -v strict=NAME a skip is a
# failure, unless what the test wrote holds one of -v excused=WORD,.... -v failed=N adds what failed without being a test.
function field(name,   s) {
	if (!match($0, "\"" name "\":\"([^\"\\\\]|\\\\.)*\"")) return ""
	s = substr($0, RSTART, RLENGTH)
	sub(/^"[^"]*":"/, "", s)
	return substr(s, 1, length(s) - 1)
}
{
	test = field("Test")
	package = field("Package")
	if (test == "") {
		if (field("Action") == "fail") broken[FILENAME " " package] = 1
		next
	}
	key = FILENAME " " package " " test
	for (up = key; sub(/\/[^\/]*$/, "", up) && length(up) > length(FILENAME " " package);) parent[up] = 1
	action = field("Action")
	if (action == "output") wrote[key] = wrote[key] field("Output")
	if (action == "pass" || action == "fail" || action == "skip") { end[key] = action; delete running[key] }
	if (action == "run") running[key] = 1
}
END {
	words = split(excused, excuse, ",")
	for (key in running) end[key] = "fail" # it never ended: a panic or the time limit
	for (key in end) {
		if (key in parent && end[key] != "fail") continue
		if (end[key] == "skip" && index(key, strict) == 1) {
			fine = key ~ / Fuzz[^ ]*\// # a fuzz target refuses an input by skipping it
			for (i = 1; i <= words; i++) if (index(wrote[key], excuse[i])) fine = 1
			if (!fine) { print "FAIL: skipped without an excuse: " key ": " wrote[key]; end[key] = "fail" }
		}
		n[end[key]]++
		split(key, part, " ")
		if (end[key] == "fail") delete broken[part[1] " " part[2]]
	}
	for (package in broken) { print "FAIL: " package; n["fail"]++ }
	n["fail"] += failed + 0
	printf "%d passed, %d failed, %d skipped\n", n["pass"], n["fail"], n["skip"]
	exit n["fail"] > 0 || n["pass"] == 0
}
