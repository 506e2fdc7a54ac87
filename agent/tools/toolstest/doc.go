// Package toolstest gives tests a workspace with the tools for files and notes on
// it. It knows those tools and the workspace; it must not be used outside tests.
package toolstest
