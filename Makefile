# Each target sets up by itself what it needs on a machine that has only git, make and npm.
SHELL := /bin/sh
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)
export NO_UPDATE_NOTIFIER := 1

installed := node_modules/.package-lock.json

.PHONY: check test

check: $(installed)
	tsc
	biome ci --colors=off --log-level=warn
	ava testbed/layers.test.ts

test: $(installed)
	ava

# `npm ci` refuses a lockfile when a registry lacks another platform's optional package.
$(installed): package.json package-lock.json
	npm install --no-save --no-audit --no-fund --loglevel=error
	@touch $@
