package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"deputy/configs"
	"deputy/configs/models"
	"deputy/stt/ggml"

	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"
)

// recipes are what the manifest's places can have done to a download.
var recipes = map[string]models.Recipe{
	"ct2": ggml.FromCT2Dir,
	"silero": func(ctx context.Context, dst io.Writer, src string) error {
		return ggml.FromSileroFile(ctx, dst, filepath.Join(src, "silero_vad.jit"))
	},
	"q8_0": fromFile(ggml.QuantiseQ8),
	"bf16": fromFile(ggml.ToBF16),
}

// fromFile is the recipe that turns one model file into another.
func fromFile(convert func(ctx context.Context, w io.Writer, r io.Reader) error) models.Recipe {
	return func(ctx context.Context, dst io.Writer, src string) error {
		f, err := os.Open(src)
		if err != nil {
			return err
		}
		defer f.Close()
		return convert(ctx, dst, f)
	}
}

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
			p := &models.Puller{Dir: *dir, Recipes: recipes, Out: cmd.ErrOrStderr(), Terminal: isTerminal(cmd.ErrOrStderr())}
			if err := p.Pull(cmd.Context(), models.Embedded(), names...); err != nil || len(names) > 0 || !multipliesBF16() {
				return err
			}
			return p.Pull(cmd.Context(), models.Embedded(), quickWeights)
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

// isTerminal says whether what is written to w is seen as it comes.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && isatty.IsTerminal(f.Fd())
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
			return importModel(cmd.Context(), cmd.OutOrStdout(), *dir, args[0], name)
		},
	}
	cmd.Flags().StringVar(&name, "name", "", "what to call it (default: the directory's name)")
	return cmd
}

func importModel(ctx context.Context, out io.Writer, dir, src, name string) error {
	src, called, err := findCT2(src)
	if err != nil {
		return err
	}
	if name == "" {
		name = called
	}
	if name == "" || name != filepath.Base(name) || strings.HasPrefix(name, ".") {
		return fmt.Errorf("%q can't be a model's name: choose one with --name", name)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".import-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	if err := ggml.FromCT2Dir(ctx, f, src); err != nil {
		return err
	}
	if err := errors.Join(f.Chmod(0o644), f.Sync(), f.Close()); err != nil {
		return err
	}
	kept, err := models.Adopt(ctx, dir, f.Name(), models.Embedded(), "ggml-"+name+".bin")
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s\nuse it with: stt.model: %s\n", filepath.Join(dir, kept), kept)
	return nil
}

// findCT2 finds the model in what a user may point at: the model directory itself, or
// its entry in the model hub's cache (models--OWNER--NAME/snapshots/REVISION). It also
// suggests a name.
func findCT2(dir string) (model, name string, err error) {
	dir, err = filepath.Abs(dir)
	if err != nil {
		return "", "", err
	}
	name = filepath.Base(dir)
	if _, err := os.Stat(filepath.Join(dir, "model.bin")); err == nil {
		if parent := filepath.Dir(dir); filepath.Base(parent) == "snapshots" {
			name = filepath.Base(filepath.Dir(parent))
		}
		return dir, hubName(name), nil
	}
	found, _ := filepath.Glob(filepath.Join(dir, "snapshots", "*", "model.bin"))
	switch len(found) {
	case 0:
		return "", "", fmt.Errorf("%s holds no model.bin: point at the directory of a faster-whisper model", dir)
	case 1:
		return filepath.Dir(found[0]), hubName(name), nil
	}
	return "", "", fmt.Errorf("%s holds %d revisions: point at one of its snapshots", dir, len(found))
}

// hubName takes the model's name out of "models--OWNER--NAME".
func hubName(dir string) string {
	parts := strings.Split(dir, "--")
	return parts[len(parts)-1]
}
