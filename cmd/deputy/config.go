package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"deputy/configs"
)

func configCommand(a *cli) *cobra.Command {
	c := &cobra.Command{Use: "config", Short: "Show, make or locate the configuration"}
	show := &cobra.Command{
		Use: "show", Short: "Print the configuration in force, secrets hidden", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := a.config()
			if err != nil {
				return err
			}
			if a.json {
				return a.printKeys(c, cfg)
			}
			return cfg.Print(c.OutOrStdout())
		},
	}
	path := &cobra.Command{
		Use: "path", Short: "Print where the configuration file is looked for", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			_, err := fmt.Fprintln(c.OutOrStdout(), a.path())
			return err
		},
	}
	init := &cobra.Command{
		Use: "init", Short: "Write a commented configuration file to start from", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			p := a.path()
			if err := os.MkdirAll(filepath.Dir(p), 0o700); err != nil {
				return fmt.Errorf("make the configuration folder: %w", err)
			}
			f, err := os.OpenFile(p, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
			if errors.Is(err, os.ErrExist) {
				return fmt.Errorf("%s is there already; edit it, or move it away first", p)
			}
			if err != nil {
				return fmt.Errorf("write the configuration: %w", err)
			}
			if _, err = f.Write(configs.Example()); err != nil {
				f.Close()
				return fmt.Errorf("write the configuration: %w", err)
			}
			if err := f.Close(); err != nil {
				return fmt.Errorf("write the configuration: %w", err)
			}
			_, err = fmt.Fprintln(c.OutOrStdout(), p)
			return err
		},
	}
	c.AddCommand(show, init, path)
	return c
}

// printKeys prints a configuration as JSON under the keys of the file.
func (a *cli) printKeys(c *cobra.Command, cfg configs.Config) error {
	var b bytes.Buffer
	if err := cfg.Print(&b); err != nil {
		return err
	}
	var keys map[string]any
	if err := yaml.Unmarshal(b.Bytes(), &keys); err != nil {
		return fmt.Errorf("print the configuration: %w", err)
	}
	return a.print(c, keys)
}

func (a *cli) path() string {
	if a.configPath != "" {
		return a.configPath
	}
	return configs.UserPaths().Config
}
