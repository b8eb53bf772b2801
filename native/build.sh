#!/bin/sh
# Builds the shim: artifacts/native/libocs_torch.so, or in a given folder. Does nothing if sources and libtorch have not
# changed. With --check the exit code is 0 if there is nothing to do, else 1.
# LIBTORCH=/path uses another libtorch than the system's: an unpacked official zip, or site-packages/torch. If the system
# has none, python3's wheel is used. CUDA graphs need CUDA's headers: those of CUDA_HOME, of the packages beside the
# wheel, or of /usr/local/cuda.
set -eu

sources=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
output=$(dirname -- "$sources")/artifacts/native
case ${1:-} in
    '' | --check) ;;
    *) output=$1 ;;
esac
library=$output/libocs_torch.so
libtorch=${LIBTORCH:-}
if [ -z "$libtorch" ] && ! ls /usr/lib/*/libtorch_cpu.so /usr/lib64/libtorch_cpu.so /usr/lib/libtorch_cpu.so >/dev/null 2>&1; then
    # The folder of a wheel has its headers too; the module is found without importing it, which would take seconds.
    libtorch=$(python3 -c 'import importlib.util as u; s = u.find_spec("torch"); print(s.submodule_search_locations[0] if s else "")' 2>/dev/null) || libtorch=
fi
if [ -d "$libtorch" ]; then libtorch=$(CDPATH='' cd -- "$libtorch" && pwd); fi

state() {
    echo "libtorch ${libtorch:-system}, CUDA ${CUDA_HOME:-beside it}"
    if [ -n "$libtorch" ]; then
        stat -Lc '%Y %s' "$libtorch/lib/libtorch_cpu.so" 2>/dev/null || true
    else
        for file in /usr/lib/*/libtorch_cpu.so /usr/lib64/libtorch_cpu.so /usr/lib/libtorch_cpu.so; do stat -Lc '%n %Y %s' "$file" 2>/dev/null || true; done
    fi
    ls -d /usr/include/gloo 2>/dev/null || true
    cat "$sources"/*.cpp "$sources"/*.h "$sources"/operators/* "$sources"/kernels/* "$sources"/optional/*.cpp "$sources"/optional/stubs/*/*/*/*/*/*.h "$sources/CMakeLists.txt" "$sources/build.sh" | cksum
}

fail() {
    echo "$1" >&2
    exit 2
}

remedy='install it with "apt-get install libtorch-dev libopenblas0-openmp g++ cmake"'

wanted=$(state)
if [ -f "$library" ] && [ "$(cat "$output/stamp" 2>/dev/null)" = "$wanted" ]; then
    exit 0
fi
if [ "${1:-}" = --check ]; then exit 1; fi
if ! mkdir -p "$output" 2>/dev/null || ! [ -w "$output" ]; then
    fail "The shim over libtorch (${libtorch:-the system's}) is not built, and $(id -un) may not write to $output: let its owner run native/build.sh, or use another checkout."
fi

for tool in g++ cmake make nm; do
    command -v "$tool" >/dev/null || fail "The shim over libtorch cannot be built without $tool: $remedy."
done
abi=
if [ -n "$libtorch" ]; then
    [ -f "$libtorch/lib/libtorch_cpu.so" ] && [ -f "$libtorch/include/ATen/core/dispatch/Dispatcher.h" ] ||
        fail "LIBTORCH=$libtorch holds no lib/libtorch_cpu.so and include/ATen: set it to an unpacked libtorch, or unset it for the system's."
    # The symbols show the std::string of the library; a shim with the other one would not link.
    if nm -D "$libtorch/lib/libc10.so" | grep -q __cxx11; then abi=1; else abi=0; fi
else
    printf '#if !__has_include(<ATen/core/dispatch/Dispatcher.h>)\n#error\n#endif\n' | g++ -E -x c++ - >/dev/null 2>&1 ||
        fail "libtorch was not found: $remedy, or set LIBTORCH to its folder."
fi

exec 9>"$output/lock"
if command -v flock >/dev/null; then flock 9; fi
if [ -f "$library" ] && [ "$(cat "$output/stamp" 2>/dev/null)" = "$wanted" ]; then
    exit 0
fi

log=$output/build.log
echo "building the shim over libtorch (${libtorch:-system}) ..." >&2
rm -rf "$output/build/CMakeCache.txt" "$output/build/CMakeFiles"
if ! { cmake -S "$sources" -B "$output/build" -G 'Unix Makefiles' -DCMAKE_BUILD_TYPE=Release \
    -DLIBTORCH="$libtorch" -DOCS_CXX11_ABI="$abi" &&
    cmake --build "$output/build" --parallel "$(nproc)"; } >"$log" 2>&1; then
    grep -E 'error|Error' "$log" | head -n 5 >&2 || true
    fail "The shim over libtorch did not build: see $log."
fi
# Renamed into place: a process that has the old library mapped keeps it.
cp "$output/build/libocs_torch.so" "$library.new"
mv "$library.new" "$library"
echo "$wanted" >"$output/stamp"
if grep -q 'no CUDA graphs' "$log"; then
    echo "the shim was built without CUDA graphs: set CUDA_HOME to a folder with include/cuda_runtime_api.h for them" >&2
fi
