// Package configs holds what Deputy can be told before it starts: the configuration
// file with its defaults and its checks, the presets of language-model servers, and
// where on a machine Deputy keeps things. Its sub-packages hold the other embedded
// texts: phrases, in English and Korean, and models, the manifest of model files.
//
// It feeds the programs only. It must not import, or know the types of, the parts it
// configures.
package configs
