package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"deputy/cmd/internal/app"
	"deputy/cmd/internal/terminal"
	"deputy/configs"
	"deputy/configs/models"
)

func modelsCommand() *cobra.Command {
	dir := configs.UserPaths().Models()
	cmd := &cobra.Command{
		Use:   "models",
		Short: "Fetch, check and import the model files Deputy uses",
	}
	cmd.PersistentFlags().StringVar(&dir, "dir", dir, "where the model files lie")
	cmd.AddCommand(modelsList(&dir), modelsPull(&dir), modelsVerify(&dir), modelsImport(&dir))
	return cmd
}

func modelsList(dir *string) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the models that Deputy knows and how each stands here",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return listModels(cmd.Context(), cmd.OutOrStdout(), *dir, asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object a line")
	return cmd
}

// listedModel is a line of models list --json.
type listedModel struct {
	models.Model
	State models.State `json:"state"`
	Path  string       `json:"path"`
}

func listModels(ctx context.Context, out io.Writer, dir string, asJSON bool) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	if !asJSON {
		fmt.Fprintln(table, "NAME\tSTATE\tFOR\tSIZE\tLICENCE\tWHAT")
	}
	for _, m := range models.Embedded() {
		state, _ := models.Check(ctx, dir, m)
		if err := ctx.Err(); err != nil {
			return err
		}
		if asJSON {
			line := listedModel{Model: m, State: state, Path: filepath.Join(dir, m.File)}
			if err := json.NewEncoder(out).Encode(line); err != nil {
				return err
			}
			continue
		}
		about := m.About
		if m.Default {
			about += " [default]"
		}
		if m.SHA256 == "" {
			about += " [not pinned yet]"
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%d MB\t%s\t%s\n", m.Name, state, m.Purpose, (m.Bytes+5e5)/1e6, m.Licence, about)
	}
	return table.Flush()
}

func modelsPull(dir *string) *cobra.Command {
	return &cobra.Command{
		Use:               "pull [NAME...]",
		Short:             "Fetch models (without a name: the default set), going on where a pull broke off",
		ValidArgsFunction: modelNames,
		RunE: func(cmd *cobra.Command, names []string) error {
			p := &models.Puller{Dir: *dir, Recipes: app.Recipes, Out: cmd.ErrOrStderr(), Terminal: terminal.IsTerminal(cmd.ErrOrStderr())}
			if err := p.Pull(cmd.Context(), models.Embedded(), names...); err != nil || len(names) > 0 || !app.MultipliesBF16() {
				return err
			}
			return p.Pull(cmd.Context(), models.Embedded(), app.QuickWeights)
		},
	}
}

// modelNames completes a model's name.
func modelNames(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var names []string
	for _, m := range models.Embedded() {
		names = append(names, m.Name+"\t"+m.About)
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

func modelsVerify(dir *string) *cobra.Command {
	return &cobra.Command{
		Use:               "verify [NAME...]",
		Short:             "Hash model files again (without a name: all that are here)",
		ValidArgsFunction: modelNames,
		RunE: func(cmd *cobra.Command, names []string) error {
			return verifyModels(cmd.Context(), cmd.OutOrStdout(), *dir, names)
		},
	}
}

func verifyModels(ctx context.Context, out io.Writer, dir string, names []string) error {
	chosen := models.Embedded()
	if len(names) > 0 {
		var err error
		if chosen, err = chosen.Choose(names...); err != nil {
			return err
		}
	}
	var bad []string
	for _, m := range chosen {
		state, err := models.Verify(ctx, dir, m)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if len(names) == 0 && (state == models.Missing || state == models.Partial) {
			continue
		}
		if state == models.Ready {
			fmt.Fprintf(out, "%s: good\n", m.Name)
			continue
		}
		fmt.Fprintf(out, "%s: %s\n", m.Name, state)
		if err != nil {
			fmt.Fprintf(out, "  %v\n", err)
		}
		bad = append(bad, m.Name)
	}
	if len(bad) > 0 {
		return fmt.Errorf("not good: %s; fetch again with: deputy models pull %s", strings.Join(bad, ", "), strings.Join(bad, " "))
	}
	return nil
}

func modelsImport(dir *string) *cobra.Command {
	var name string
	cmd := &cobra.Command{
		Use:   "import DIR",
		Short: "Turn a faster-whisper (CTranslate2) model directory into a model Deputy can use",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return app.ImportModel(cmd.Context(), cmd.OutOrStdout(), *dir, args[0], name)
		},
	}
	cmd.Flags().StringVar(&name, "name", "", "what to call it (default: the directory's name)")
	return cmd
}
