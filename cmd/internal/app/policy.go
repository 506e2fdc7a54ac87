package app

import (
	"fmt"
	"os"

	"deputy/agent/policy"
	"deputy/agent/policy/file"
	"deputy/configs"
)

// ReadPolicy gives the table of levels with the owner's rules, if there are any.
// Rules that can't be read or understood are an error: Deputy doesn't start
// without what it was forbidden.
func ReadPolicy(cfg configs.Config) (policy.Policy, error) {
	if cfg.Agent.Policy == "" {
		return policy.Policy{Table: file.Embedded()}, nil
	}
	raw, err := os.ReadFile(cfg.Agent.Policy)
	if err != nil {
		return policy.Policy{}, fmt.Errorf("read the policy: %w; put the file there, or change agent.policy", err)
	}
	return file.Read(cfg.Agent.Policy, raw)
}
