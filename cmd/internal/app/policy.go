package app

import (
	"fmt"
	"os"
	"sync"

	"deputy/agent/policy"
	"deputy/agent/policy/file"
	"deputy/agent/tools"
	"deputy/configs"
	"deputy/configs/phrases"
)

// ReadPolicy gives the table of levels with the owner's rules, if there are any.
// Rules that can't be read or understood are an error: Deputy doesn't start
// without what it was forbidden.
func ReadPolicy(cfg configs.Config) (policy.Policy, error) {
	table, err := file.Table(tools.About...)
	if err != nil || cfg.Agent.Policy == "" {
		return policy.Policy{Table: table}, err
	}
	raw, err := os.ReadFile(cfg.Agent.Policy)
	if err != nil {
		return policy.Policy{}, fmt.Errorf("read the policy: %w; put the file there, or change agent.policy", err)
	}
	return file.Read(cfg.Agent.Policy, raw, table)
}

// Words are all that Deputy says of its own, with what is said of its tools.
var Words = sync.OnceValue(func() *phrases.Phrases {
	p, err := phrases.Embedded().With(tools.About...)
	if err != nil {
		panic(err.Error()) // a mistake in a folder of tools, which its test finds
	}
	return p
})
