# Set-up, build and test. git, make and Go are assumed; scripts/setup installs the rest and is quick the second time.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help demo test build lab run bench models setup fmt lint clean

tags := portaudio whisper

help: ## what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' Makefile

demo: setup build lab ## set up, build, and play an order and its approval from start to finish, without a sound card
	@scripts/native bin/deputy-lab demo

test: setup ## set up and run every test
	@scripts/test

build: ## build bin/deputy with microphone and whisper
	@scripts/setup packages whisper
	@mkdir -p bin
	@scripts/native go build -trimpath -ldflags='-s -w' -tags '$(tags)' -o bin/deputy ./cmd/deputy

lab: ## build bin/deputy-lab, which measures Deputy
	@scripts/setup packages whisper
	@mkdir -p bin
	@scripts/native go build -trimpath -ldflags='-s -w' -tags '$(tags)' -o bin/deputy-lab ./cmd/deputy-lab

run: setup build ## start Deputy
	@scripts/native bin/deputy run

bench: setup build lab ## measure the times and sizes that the README tells
	@scripts/native bin/deputy-lab bench

setup: ## install what is missing
	@scripts/setup

fmt: ## format the Go files
	@gofmt -l -w $$(git ls-files '*.go')

lint: ## go vet with and without the native tags, and gofmt
	@test -z "$$(gofmt -l $$(git ls-files '*.go') | tee /dev/stderr)"
	@go vet ./...
	@scripts/native go vet -tags '$(tags)' ./...

clean: ## remove bin/; the cache outside the repository stays
	@rm -rf bin
