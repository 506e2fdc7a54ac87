# The system's packages: compilers, sound, speech, sandbox, and what the tests play with.
# shellcheck shell=bash disable=SC2015,SC2034,SC2154

apt_packages=(
	build-essential ca-certificates cmake curl pkg-config
	portaudio19-dev libasound2-plugins pulseaudio-utils
	espeak-ng bubblewrap ffmpeg sox xvfb xdotool
	python3-pip python3-venv
)
brew_packages=(cmake pkg-config portaudio espeak-ng ffmpeg sox python@3.12)

# missing_packages NAME...: those of them that dpkg does not have.
missing_packages() {
	local name installed
	installed=$(dpkg-query -W -f='${db:Status-Abbrev} ${Package}\n' "$@" 2>/dev/null | sed -n 's/^ii  *//p' || true)
	for name in "$@"; do
		printf '%s\n' "$installed" | grep -qxF -- "$name" || printf '%s ' "$name"
	done
}

# as_root COMMAND...: as root, without ever asking for a password.
as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif have sudo && sudo -n true 2>/dev/null; then
		sudo -n "$@"
	elif have sudo && [ -t 0 ] && [ -t 2 ]; then
		sudo "$@"
	else
		return 126
	fi
}

# apt_get ARGUMENT...: never asks, waits for another apt, and never removes a package for one of ours.
apt_get() { as_root env DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l apt-get -o DPkg::Lock::Timeout=300 -y "$@"; }

# install_packages NAME...: through the machine's own package manager.
install_packages() {
	local missing command
	missing=$(missing_packages "$@")
	if [ -z "$missing" ]; then return; fi
	command="apt-get install --no-install-recommends $missing"
	if [ "$(id -u)" != 0 ] && [ -t 0 ]; then say "packages: $missing must be installed; sudo may ask for your password"; fi
	if ! as_root true; then
		die "these packages are missing and this user may not install them; run: sudo $command"
	fi
	# shellcheck disable=SC2086 # the names are words
	set -- install --no-install-recommends --no-remove $missing
	say "packages: installing $missing"
	if ! ls /var/lib/apt/lists/*Packages* >/dev/null 2>&1; then
		long "packages lists" apt_get update || say "packages: the lists could not be renewed; going on with what is there"
	fi
	if long "packages" apt_get "$@"; then return; fi
	say "packages: trying again with fresh lists"
	long "packages lists" apt_get update && long "packages" apt_get "$@" || die "packages: not installed; run: sudo apt-get update && sudo $command"
}

setup_packages() {
	if [ "$os" = Darwin ]; then
		brew_install
		return
	fi
	have apt-get && have dpkg-query || die "packages: only Debian, Ubuntu and macOS are known here; install the like of: ${apt_packages[*]} pulseaudio"
	install_packages "${apt_packages[@]}"
	setup_pulseaudio
}

brew_install() {
	local missing name
	have brew || die "packages: Homebrew is missing; see brew.sh, then run: scripts/setup packages"
	xcode-select -p >/dev/null 2>&1 || die "packages: the compilers are missing; run: xcode-select --install"
	missing=
	for name in "${brew_packages[@]}"; do
		[ -d "$(brew --prefix)/opt/$name" ] || missing="$missing $name"
	done
	if [ -z "$missing" ]; then return; fi
	# shellcheck disable=SC2086 # the names are words
	long "packages" env HOMEBREW_NO_AUTO_UPDATE=1 brew install $missing || die "packages: not installed; run: brew install$missing"
}

# setup_pulseaudio: the daemon for the private, silent sound server of the demo and the tests. A desktop that runs on
# PipeWire keeps its own sound: installing the daemon would remove parts of it, so there it is only unpacked beside it.
setup_pulseaudio() {
	if have pulseaudio || [ -x "$native/bin/pulseaudio" ]; then return; fi
	if apt-get install -s --no-install-recommends --no-remove pulseaudio >/dev/null 2>&1; then
		install_packages pulseaudio
	else
		unpack_pulseaudio
	fi
}

# unpack_pulseaudio: the package's own files in a folder of ours, with a starter that knows where they are.
unpack_pulseaudio() {
	local dir libraries modules home=$native/pulseaudio
	# shellcheck disable=SC2046 # the names are words
	install_packages $(apt-cache depends pulseaudio | sed -n 's/^ *Depends: *\(lib[^ <]*\)$/\1/p' | sort -u)
	dir=$(scratch pulseaudio)
	(cd "$dir" && long "pulseaudio" apt-get download pulseaudio) && dpkg-deb -x "$dir"/pulseaudio_*.deb "$dir/stage" ||
		die "packages: PulseAudio's daemon could not be unpacked; run: sudo apt-get update, then: scripts/setup packages"
	rm -rf "$home"
	mkdir -p "$native/bin"
	mv "$dir/stage" "$home"
	libraries=$(dirname "$(find "$home/usr/lib" -name 'libpulsecore-*.so' | head -n 1)")
	modules=$(dirname "$(find "$home/usr/lib" -name 'module-null-sink.so' | head -n 1)")
	printf '#!/bin/sh\nexec env LD_LIBRARY_PATH="%s:%s" "%s" --dl-search-path="%s" "$@"\n' \
		"$libraries" "$modules" "$home/usr/bin/pulseaudio" "$modules" >"$dir/starter"
	chmod +x "$dir/starter"
	mv -f "$dir/starter" "$native/bin/pulseaudio"
	say "packages: PulseAudio's daemon is unpacked in $home, since this desktop's sound would not go together with it"
}
