package shell

import (
	"deputy/agent/policy"
	"deputy/agent/shellrisk"
	"deputy/agent/tool"
	"deputy/agent/workspace"
	"deputy/internal/textnorm"
)

// authority states what a command takes. contained says that it runs shut in,
// after a checkpoint: then nothing is asked about but what it wants beyond that,
// whatever program it is. networked says that it will have hosts to reach.
func authority(a *tool.Action, w shellrisk.Wants, contained, networked bool) {
	switch {
	case w.Reads:
		a.Level = policy.Look
	case contained:
		a.Level = policy.Draft
	default:
		a.Level = policy.External
	}
	raise := func(to policy.Level, why, part string) {
		if part != "" {
			a.Level = max(a.Level, to)
			a.Values[why] = textnorm.Brief(part, 60)
			if a.Facts["why"] == "" {
				a.Facts["why"] = why
			}
		}
	}
	raise(policy.Commit, "publishes", w.Publishes)
	raise(policy.Commit, "outside", w.Outside)
	raise(policy.Commit, "startup", w.Startup)
	raise(policy.Restricted, "secret", w.Secret)
	if networked || !contained && !w.Reads {
		raise(policy.Commit, "unclear", w.Unclear) // it may hide a push, or where there is no undo a loss
	}
	for why, part := range map[string]string{"startup": w.Startup, "secret": w.Secret} {
		if part != "" {
			a.Facts[why] = "yes"
		}
	}
	if w.Remote != "" {
		a.Facts["remote"] = w.Remote
	}
}

// opens is what of the protected paths a command has named, and so may use once
// that is allowed.
func opens(w shellrisk.Wants) (k workspace.Kind) {
	if w.Startup != "" {
		k |= workspace.Runs
	}
	if w.Secret != "" {
		k |= workspace.Secret
	}
	return k
}
