# What every step of scripts/setup shares: words to the user, checksums, locks, downloads, long commands.
# Sourced, never run. Written for bash 3.2, since macOS has no newer one.
# shellcheck shell=bash disable=SC2015,SC2034,SC2086,SC2154

cache=${XDG_CACHE_HOME:-$HOME/.cache}/deputy
native=$cache/native
logs=$cache/logs
os=$(uname -s)
pip_quiet=(--disable-pip-version-check --no-input --progress-bar off)

say() { printf 'setup: %s\n' "$*" >&2; }

# die SENTENCE: what is wrong and what to run; ends this step.
die() {
	printf 'setup: %s\n' "$*" >&2
	exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

if have sha256sum; then sha256='sha256sum'; else sha256='shasum -a 256'; fi

# file_sum FILE: its SHA-256 alone.
file_sum() { $sha256 "$1" | cut -d' ' -f1; }

# short_sum TEXT: twelve hex digits that stand for the text.
short_sum() { printf '%s' "$1" | $sha256 | cut -c1-12; }

# tree_sum DIR PATH...: one SHA-256 over path and content of every file under the named paths of DIR, so that
# a source tree is proven whichever place it came from. Dot files are left out: archives and packages differ in them.
tree_sum() (
	cd "$1" || exit 1
	shift
	find "$@" -type f ! -name '.*' | LC_ALL=C sort | tr '\n' '\0' | xargs -0 $sha256 | $sha256 | cut -d' ' -f1
)

# jobs: how many compilers may run at once.
jobs_wanted() { echo "${DEPUTY_JOBS:-$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)}"; }

# processor: a line that changes when code built for this very processor may no longer run on it.
processor() {
	if [ "$os" = Darwin ]; then
		sysctl -n machdep.cpu.brand_string
	else
		uname -m
		grep -m1 -E '^(flags|Features)' /proc/cpuinfo || true
	fi
}

# locked NAME COMMAND...: runs the command while no other set-up runs the same step.
locked() {
	local name=$1
	shift
	mkdir -p "$cache/locks"
	if have flock; then
		(
			flock -n 9 || { say "$name: waiting for another set-up that is at it"; flock 9; }
			"$@"
		) 9>"$cache/locks/$name"
		return
	fi
	local dir=$cache/locks/$name.d holder
	until mkdir "$dir" 2>/dev/null; do
		holder=$(cat "$dir/pid" 2>/dev/null || true)
		if [ -n "$holder" ] && ! kill -0 "$holder" 2>/dev/null; then rm -rf "$dir"; fi
		sleep 1
	done
	echo $$ >"$dir/pid"
	local rc
	set +e
	(set -e; "$@")
	rc=$?
	set -e
	rm -rf "$dir"
	return $rc
}

# long LABEL COMMAND...: runs the command with its output in a log, and says every few seconds how long it has taken and,
# where it is cmake's, how far it is. A failing command shows the end of its log.
long() {
	local label=$1 log pid start percent every=15 rc=0 next
	shift
	mkdir -p "$logs"
	log=$logs/$(printf '%s' "$label" | tr -c 'A-Za-z0-9._-' '-').log
	start=$SECONDS
	next=$every
	"$@" </dev/null >"$log" 2>&1 9>&- &
	pid=$!
	trap 'kill "$pid" 2>/dev/null; exit 130' INT TERM
	while kill -0 "$pid" 2>/dev/null; do
		sleep 0.2
		if [ $((SECONDS - start)) -ge $next ]; then
			next=$((next + every))
			percent=$(tail -n 40 "$log" | sed -n 's/^\[ *\([0-9]*%\)\].*/\1/p' | tail -n 1)
			say "$label: $((SECONDS - start)) s${percent:+, $percent}"
		fi
	done
	wait "$pid" || rc=$?
	trap - INT TERM
	if [ $rc -ne 0 ]; then
		tail -n 40 "$log" >&2
		say "$label: failed after $((SECONDS - start)) s; the whole log is $log"
	elif [ $((SECONDS - start)) -ge 2 ]; then
		say "$label: done in $((SECONDS - start)) s"
	fi
	return $rc
}

# download URL FILE: a quick no where the place cannot be reached.
download() {
	if have curl; then
		curl -fsL --connect-timeout 8 --speed-limit 1000 --speed-time 30 -o "$2" "$1"
	elif have wget; then
		wget -q --timeout=15 --tries=1 -O "$2" "$1"
	else
		return 1
	fi
}

# scratch NAME: a fresh folder beside the final places, so that a rename is all it takes to install.
scratch() {
	mkdir -p "$cache/tmp/$$"
	mktemp -d "$cache/tmp/$$/$1.XXXXXX"
}

# tidy_scratch: removes what this run left, and what runs left that were killed.
tidy_scratch() {
	local dir
	for dir in "$cache/tmp/"[0-9]*; do
		[ -d "$dir" ] || continue
		if [ "${dir##*/}" = $$ ] || ! kill -0 "${dir##*/}" 2>/dev/null; then rm -rf "$dir"; fi
	done
}

# python: the system's own interpreter where it will do, since a virtual environment outlives version switchers.
python() {
	local p
	for p in /usr/bin/python3 /opt/homebrew/bin/python3 /usr/local/bin/python3 python3; do
		if have "$p" && "$p" -c 'import sys, venv, pip, ensurepip; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
			echo "$p"
			return
		fi
	done
	die "no Python 3.10 or newer with venv and pip; run: scripts/setup packages"
}

# link TARGET NAME: a symbolic link, put in place in one step.
link() {
	if [ "$(readlink "$2" 2>/dev/null || true)" = "$1" ]; then return; fi
	mkdir -p "${2%/*}"
	ln -s "$1" "$2.$$"
	mv -f "$2.$$" "$2"
}
