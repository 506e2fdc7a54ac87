package main

import (
	"os"

	"golang.org/x/sys/cpu"

	"deputy/configs"
	"deputy/configs/models"
)

// modelFile is the file of a model: a name of the manifest, or a path.
func modelFile(name string) string {
	return models.Embedded().Path(configs.UserPaths().Models(), name)
}

// The forms of whisper base between which "auto" chooses.
const (
	smallWeights = "base-q8_0" // least memory
	quickWeights = "base-bf16" // fastest where the processor multiplies bf16 itself
)

// multipliesBF16 says whether the processor does.
func multipliesBF16() bool { return cpu.X86.HasAVX512BF16 }

// hearingModel is the model that stt.model names: with "auto" the fastest form of
// whisper base that is here.
func hearingModel(name string) string {
	if name != "auto" {
		return name
	}
	if _, err := os.Stat(modelFile(quickWeights)); err == nil && multipliesBF16() {
		return quickWeights
	}
	return smallWeights
}
