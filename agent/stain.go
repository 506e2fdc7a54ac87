package agent

import "slices"

// Stains are the targets into which effects have written what strangers had a part
// in, each with those effects, the latest last. They outlive their tasks: a file
// is a stranger's however long ago it was written.
type Stains map[string][]Stain

// A Stain is one such effect.
type Stain struct {
	Key    string
	Source string // whose text it was
	At     int    // counts all stains, to tell the latest
}

// add takes note of an effect that has changed something.
func (s Stains) add(f *Effect) {
	if len(f.Taint) == 0 || f.Target == "" {
		return
	}
	last := 0
	for _, of := range s {
		last = max(last, of[len(of)-1].At)
	}
	s[f.Target] = append(s[f.Target], Stain{Key: f.Key, Source: f.Taint[0].Source, At: last + 1})
}

// remove takes back what an effect that was taken back had written.
func (s Stains) remove(f *Effect) {
	of := slices.DeleteFunc(s[f.Target], func(st Stain) bool { return st.Key == f.Key })
	if len(of) == 0 {
		delete(s, f.Target)
		return
	}
	s[f.Target] = of
}

// settle makes an effect's stain final: it can't be taken back any more, so what
// it wrote over is of no more use.
func (s Stains) settle(f *Effect) {
	of := s[f.Target]
	if i := slices.IndexFunc(of, func(st Stain) bool { return st.Key == f.Key }); i > 0 {
		s[f.Target] = slices.Clone(of[i:])
	}
}

// in says whether a result comes from a stained target, its own or one that its
// text names with a colon behind it (as a search does), and whose the latest was.
func (s Stains) in(target, text string) (whose string, ok bool) {
	last := Stain{}
	look := func(target string) {
		if of := s[target]; len(of) > 0 && of[len(of)-1].At > last.At {
			last = of[len(of)-1]
		}
	}
	look(target)
	lengths := s.lengths()
	for i := range len(text) {
		if text[i] != ':' {
			continue
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
func (s Stains) lengths() []int {
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
