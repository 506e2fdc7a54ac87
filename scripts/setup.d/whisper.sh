# whisper.cpp as a static library: the system's own where it is the right one, else the pinned source, built once.
# shellcheck shell=bash disable=SC2015,SC2034,SC2154

whisper_version=1.8.3
whisper_url=https://github.com/ggml-org/whisper.cpp/archive/refs/tags/v$whisper_version.tar.gz
whisper_crate=whisper-rs-sys
whisper_crate_version=0.15.0
whisper_paths='CMakeLists.txt LICENSE bindings/javascript/package-tmpl.json cmake ggml include src'
whisper_tree=f96847af14ed9de68e034542ac6eab24ed9599941258e8067494c71f1eb49c1e
whisper_flags=(
	-DCMAKE_BUILD_TYPE=Release
	-DBUILD_SHARED_LIBS=OFF
	-DCMAKE_POSITION_INDEPENDENT_CODE=ON
	-DCMAKE_INSTALL_LIBDIR=lib
	-DWHISPER_BUILD_TESTS=OFF
	-DWHISPER_BUILD_EXAMPLES=OFF
	-DWHISPER_BUILD_SERVER=OFF
	-DGGML_CCACHE=OFF
	-DGGML_NATIVE=ON
	-DGGML_LLAMAFILE=ON
)
if [ "$os" = Darwin ]; then
	whisper_flags+=(-DGGML_METAL=ON -DGGML_METAL_EMBED_LIBRARY=ON -DGGML_BLAS=ON)
else
	whisper_flags+=(-DGGML_OPENMP=ON)
fi

# whisper_key: what the built library depends on, in twelve digits. Go's build cache does not see a changed
# library, so the same key goes into CGO_CFLAGS.
whisper_key() { short_sum "$whisper_tree ${whisper_flags[*]} $(cc -dumpfullversion 2>/dev/null || cc --version | head -n 1) $(processor)"; }

whisper_prefix() { echo "$native/whisper-$whisper_version-$(whisper_key)"; }

# whisper_system: true where pkg-config knows a whisper of the same minor version that links as the Go binding links it.
whisper_system() {
	have pkg-config || return 1
	pkg-config --exists 'whisper >= 1.8.0' 'whisper < 1.9.0' 2>/dev/null || return 1
	local dir rc=0 extra=(-fopenmp)
	if [ "$os" = Darwin ]; then
		extra=(-lggml-metal -lggml-blas -framework Accelerate -framework Metal -framework Foundation -framework CoreGraphics)
	fi
	dir=$(scratch link)
	printf '#include <whisper.h>\nint main(void) { return whisper_lang_id("ko") < 0; }\n' >"$dir/a.c"
	# shellcheck disable=SC2046 # the flags are words
	cc -o "$dir/a" "$dir/a.c" $(pkg-config --cflags --libs whisper) -lwhisper -lggml -lggml-base -lggml-cpu -lm -lstdc++ "${extra[@]}" \
		>/dev/null 2>&1 && "$dir/a" || rc=1
	rm -rf "$dir"
	return $rc
}

# whisper_source DIR: leaves the proven source tree in DIR/source.
whisper_source() {
	local dir=$1
	if download "$whisper_url" "$dir/release.tar.gz" && mkdir "$dir/release" &&
		tar -xzf "$dir/release.tar.gz" -C "$dir/release" --strip-components=1 && whisper_proven "$dir/release" "$whisper_url"; then
		mv "$dir/release" "$dir/source"
		return
	fi
	say "whisper: the release on github.com cannot be used from here; taking the crate $whisper_crate $whisper_crate_version"
	whisper_cargo
	long "whisper source" whisper_vendor "$dir/crate" ||
		die "whisper: no source; tried $whisper_url and the crate $whisper_crate $whisper_crate_version; when either can be reached run: scripts/setup whisper"
	whisper_proven "$dir/crate/vendor/$whisper_crate/whisper.cpp" "the crate $whisper_crate $whisper_crate_version" ||
		die "whisper: the crate is not the pinned source; nothing was built"
	mv "$dir/crate/vendor/$whisper_crate/whisper.cpp" "$dir/source"
}

# whisper_cargo: a cargo that reads the registry's index without git, which 1.70 is the first to do. Debian 12 has
# one in cargo-web.
whisper_cargo() {
	local version
	version=$(cargo --version 2>/dev/null | sed -n 's/^cargo 1\.\([0-9]*\)\..*/\1/p' || true)
	if [ "${version:-0}" -ge 70 ] || [ "$os" = Darwin ]; then return; fi
	if apt-cache show cargo-web >/dev/null 2>&1; then install_packages cargo-web; else install_packages cargo; fi
}

# whisper_vendor DIR: downloads the crate and only it. Its build dependencies are replaced by empty ones,
# since nothing of the crate is built.
whisper_vendor() {
	local dir=$1 dep name version
	mkdir -p "$dir/src" && : >"$dir/src/lib.rs"
	printf '[package]\nname = "source"\nversion = "0.0.0"\nedition = "2018"\n[dependencies]\n%s = "=%s"\n[patch.crates-io]\n' \
		"$whisper_crate" "$whisper_crate_version" >"$dir/Cargo.toml"
	for dep in bindgen=0.72.99 cfg-if=1.99.0 cmake=0.1.999 fs_extra=1.99.0 semver=1.99.0; do
		name=${dep%=*} version=${dep#*=}
		mkdir -p "$dir/empty/$name/src" && : >"$dir/empty/$name/src/lib.rs"
		printf '[package]\nname = "%s"\nversion = "%s"\nedition = "2018"\n' "$name" "$version" >"$dir/empty/$name/Cargo.toml"
		printf '%s = { path = "empty/%s" }\n' "$name" "$name" >>"$dir/Cargo.toml"
	done
	(cd "$dir" && cargo vendor vendor)
}

# whisper_proven DIR PLACE: true where the tree is the pinned one.
whisper_proven() {
	local sum
	# shellcheck disable=SC2086 # the paths are words
	sum=$(tree_sum "$1" $whisper_paths)
	if [ "$sum" != "$whisper_tree" ]; then
		say "whisper: the source from $2 has the checksum $sum, not $whisper_tree"
		return 1
	fi
}

setup_whisper() {
	local prefix dir
	prefix=$(whisper_prefix)
	if [ -f "$prefix/lib/libwhisper.a" ]; then return; fi
	if whisper_system; then return; fi
	have cmake || die "cmake is missing; run: scripts/setup packages"
	dir=$(scratch whisper)
	whisper_source "$dir"
	long "whisper configure" cmake -S "$dir/source" -B "$dir/build" "${whisper_flags[@]}" -DCMAKE_INSTALL_PREFIX="$prefix" &&
		long "whisper build" cmake --build "$dir/build" --target whisper -j "$(jobs_wanted)" &&
		long "whisper install" cmake --install "$dir/build" --prefix "$dir/stage" ||
		die "whisper: the build failed; a C++ compiler and cmake come with: scripts/setup packages"
	mkdir -p "$native" "$dir/stage/share/licenses"
	cp "$dir/source/LICENSE" "$dir/stage/share/licenses/whisper.cpp"
	rm -rf "$prefix"
	mv "$dir/stage" "$prefix"
	rm -rf "$dir"
	say "whisper: $prefix"
}

# print_env: lines for eval, so that go builds with -tags "portaudio whisper".
print_env() {
	local prefix cflags ldflags
	prefix=$(whisper_prefix)
	if [ -f "$prefix/lib/libwhisper.a" ]; then
		cflags="-DDEPUTY_WHISPER_$(whisper_key)"
		printf "export C_INCLUDE_PATH='%s'\n" "$prefix/include${C_INCLUDE_PATH:+:$C_INCLUDE_PATH}"
		printf "export CPLUS_INCLUDE_PATH='%s'\n" "$prefix/include${CPLUS_INCLUDE_PATH:+:$CPLUS_INCLUDE_PATH}"
		printf "export LIBRARY_PATH='%s'\n" "$prefix/lib${LIBRARY_PATH:+:$LIBRARY_PATH}"
		ldflags=
	elif whisper_system; then
		cflags="$(pkg-config --cflags whisper) -DDEPUTY_WHISPER_system_$(pkg-config --modversion whisper | tr -c 'A-Za-z0-9\n' _)"
		ldflags=$(pkg-config --libs-only-L whisper)
	else
		die "whisper is not built yet; run: scripts/setup whisper"
	fi
	printf "export CGO_ENABLED=1\n"
	# GNU OpenMP's threads spin while they wait; on a core that is wanted elsewhere too the default makes an engine
	# twenty times slower. This many turns cost nothing on idle cores. It is read when the program starts.
	printf "export GOMP_SPINCOUNT=%s\n" "${GOMP_SPINCOUNT:-500}"
	printf "export CGO_CFLAGS='-O2 -g %s'\n" "$cflags"
	printf "export CGO_LDFLAGS='-O2 -g %s'\n" "$ldflags"
}
