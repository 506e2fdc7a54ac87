package state

import (
	"cmp"
	"slices"
	"strings"

	"deputy/agent/policy"
)

// TaintedTargets are the targets into which effects have written what strangers had a part
// in, each with those effects, the latest last. They outlive their tasks: a file
// is a stranger's however long ago it was written.
type TaintedTargets map[string][]TaintedTarget

// A TaintedTarget is one such effect.
type TaintedTarget struct {
	Key    string
	Source string // whose text it was
	At     int    // counts all, to tell the latest
}

// maxTainted is how many targets are known one by one. Of more, the older half is
// known by the folders they lie in only: all that is in such a folder counts as a
// stranger's from then on.
const maxTainted = 2000

// add takes note of an effect that has changed something.
func (s TaintedTargets) add(f *Effect) {
	if len(f.Taint) == 0 || f.Target == "" {
		return
	}
	last := 0
	for _, of := range s {
		last = max(last, of[len(of)-1].At)
	}
	s[f.Target] = append(s[f.Target], TaintedTarget{Key: f.Key, Source: f.Taint[0].Source, At: last + 1})
	if len(s) > maxTainted {
		s.gather()
	}
}

// gather puts the older half of the targets into their folders; where that is not
// enough, the older half of the folders into those around them.
func (s TaintedTargets) gather() {
	for _, folders := range []bool{false, true} {
		var targets []string
		for target := range s {
			if strings.HasSuffix(target, "/") == folders {
				targets = append(targets, target)
			}
		}
		slices.SortFunc(targets, func(a, b string) int {
			return cmp.Or(cmp.Compare(s.latest(a).At, s.latest(b).At), strings.Compare(a, b))
		})
		for _, target := range targets[:len(targets)/2] {
			was := s.latest(target)
			delete(s, target)
			around := folderOf(target)
			if now, ok := s[around]; !ok || now[len(now)-1].At < was.At {
				s[around] = []TaintedTarget{{Source: was.Source, At: was.At}}
			}
		}
		if len(s) <= maxTainted*3/4 {
			return
		}
	}
}

func (s TaintedTargets) latest(target string) TaintedTarget { return s[target][len(s[target])-1] }

// folderOf is the folder that a target lies in, with a slash at the end; that of
// the outermost is "/", which holds every target that has no other.
func folderOf(target string) string {
	i := strings.LastIndexByte(strings.TrimRight(target, "/"), '/')
	return target[:i+1] + strings.Repeat("/", max(0, -i))
}

// inFolder calls look with each folder that a target lies in, the outermost last.
func inFolder(target string, look func(folder string)) {
	for folder := folderOf(target); ; folder = folderOf(folder) {
		look(folder)
		if folder == "/" {
			return
		}
	}
}

// remove takes back what an effect that was taken back had written.
func (s TaintedTargets) remove(f *Effect) {
	of := slices.DeleteFunc(s[f.Target], func(st TaintedTarget) bool { return st.Key == f.Key })
	if len(of) == 0 {
		delete(s, f.Target)
		return
	}
	s[f.Target] = of
}

// settle makes an effect's taint final: it can't be taken back any more, so what
// it wrote over is of no more use.
func (s TaintedTargets) settle(f *Effect) {
	of := s[f.Target]
	if i := slices.IndexFunc(of, func(st TaintedTarget) bool { return st.Key == f.Key }); i > 0 {
		s[f.Target] = slices.Clone(of[i:])
	}
}

// in says whether a result comes from a tainted target, its own or one that its
// text names with a colon behind it (as a search does), and whose the latest was.
func (s TaintedTargets) in(target, text string) (whose string, ok bool) {
	last := TaintedTarget{}
	look := func(target string) {
		if of := s[target]; len(of) > 0 && of[len(of)-1].At > last.At {
			last = of[len(of)-1]
		}
	}
	look(target)
	gathered := false
	for target := range s {
		gathered = gathered || strings.HasSuffix(target, "/")
	}
	if gathered {
		inFolder(target, look)
	}
	lengths := s.lengths()
	for i := range len(text) {
		if text[i] != ':' {
			continue
		}
		if gathered {
			inFolder(text[strings.LastIndexByte(text[:i], '\n')+1:i], look)
		}
		for _, n := range lengths {
			if n > i {
				break
			}
			look(text[i-n : i])
		}
	}
	return last.Source, last.At > 0
}

// lengths are those of the targets, shortest first.
func (s TaintedTargets) lengths() []int {
	seen := map[int]bool{}
	var all []int
	for target := range s {
		if n := len(target); !seen[n] {
			seen[n] = true
			all = append(all, n)
		}
	}
	slices.Sort(all)
	return all
}

// Origins are the texts that the values of the task's next action can come from.
func (t *Task) Origins() policy.Origins {
	o := policy.Origins{Own: t.Orders, Trusted: t.Trusted}
	for _, m := range t.Messages {
		if m.Untrusted {
			o.Strangers = append(o.Strangers, policy.Passage{Text: m.Text, Source: m.Source})
		}
	}
	return o
}

// tainted says whether an effect's result is what strangers had a part in
// although it comes from the owner's own files: what an earlier effect wrote
// there came from them, and whose it was.
func (s *State) tainted(f *Effect, text string) (whose string, ok bool) {
	if !f.Private || f.Untrusted || f.Key == "" {
		return "", false
	}
	return s.Tainted.in(f.Target, text)
}
