package tools

import (
	"strings"

	"deputy/agent/policy"
)

// What find's tests and actions take.
var (
	findAlone  = set("-print -print0 -empty -not ! ( ) , -a -o -and -or -depth -d -mount -xdev -prune -ls -quit -true -false -readable -writable -executable -follow -nouser -nogroup -noleaf -daystart -P -L -H")
	findValued = set("-name -iname -path -ipath -wholename -iwholename -regex -iregex -regextype -type -xtype -maxdepth -mindepth -size -mtime -mmin -atime -amin -ctime -cmin -newer -anewer -cnewer -perm -user -group -uid -gid -links -lname -ilname -inum -samefile -printf -fstype -newermt -used -D")
)

// find judges find by its expression. What it runs is given names below the
// folders that it searches.
func (b *bench) find(c command) {
	args := c.args
	found := "./*"
	for i := 0; i < len(args); i++ {
		a := args[i].text
		switch {
		case !args[i].fixed() || args[i].open():
			b.unclear("find")
		case findAlone[a]:
		case findValued[a]:
			i++
			if i < len(args) && args[i].bare {
				b.unclear("find " + a)
			}
		case a == "-delete":
			b.deletes("find -delete")
		case a == "-fprint" || a == "-fprint0" || a == "-fls" || a == "-fprintf":
			if i++; i < len(args) {
				b.deletes("find " + a)
				b.paths(command{name: "find", args: args[i : i+1]})
			}
			if a == "-fprintf" {
				i++
			}
		case a == "-exec" || a == "-execdir" || a == "-ok" || a == "-okdir":
			i = b.findRuns(args, i+1, found)
		case strings.HasPrefix(a, "-"):
			b.unclear("find " + a)
		default:
			found = strings.TrimSuffix(a, "/") + "/*"
			if outside(a) && b.runsOn(args) {
				b.raise(policy.Commit, whyOutside, "find "+a)
			}
		}
	}
}

// runsOn says that find does more with what it finds than name it.
func (b *bench) runsOn(args []value) bool {
	return has(args, "-delete", "-exec", "-execdir", "-ok", "-okdir")
}

// findRuns judges the command from i on, and gives where it ends.
func (b *bench) findRuns(args []value, i int, found string) int {
	var words []value
	for ; i < len(args); i++ {
		w := args[i]
		if w.text == ";" || w.text == "+" && len(words) > 0 && strings.Contains(args[i-1].text, "{}") {
			break
		}
		if strings.Contains(w.text, "{}") {
			if len(words) == 0 || w.text != "{}" { // the file itself is run, or a part of a text
				w.text = strings.ReplaceAll(w.text, "{}", unknown)
			} else {
				w = value{text: found, glob: true}
			}
		}
		words = append(words, w)
	}
	b.run(words, nil)
	return i
}
