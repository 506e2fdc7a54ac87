package openai

// DeskTools lends the tools to the tests outside the package.
var DeskTools = deskTools
