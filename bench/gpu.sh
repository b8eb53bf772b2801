#!/bin/sh
# The GPU tests and figures on a machine that has a GPU and PyTorch's wheel, but neither network nor .NET.
#
#   bench/gpu.sh prepare    here: packs .NET's runtime, the test programs and the benchmarks into artifacts/gpu.tar.xz
#   bench/gpu.sh            there: builds the shim against the wheel's libtorch, runs tests and figures
#
# There it needs this repository's files, artifacts/gpu.tar.xz, python3 with torch, g++, cmake and make. Results are
# written to bench/results/, and to $OUT if that is set.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
pack=$root/artifacts/gpu.tar.xz
folder=$root/artifacts/gpu
houses='Torch Data Training'

prepare() {
    for project in $(for house in $houses; do echo "tests/$house.Tests"; done) bench/Benchmarks; do
        dotnet build -c Release -v q --nologo -clp:NoSummary "$root/$project" >&2
    done
    dotnet=$(dirname -- "$(readlink -f -- "$(command -v dotnet)")")
    runtime=$(dotnet --list-runtimes | sed -n 's/^Microsoft.NETCore.App \([^ ]*\) .*/\1/p' | tail -n 1)
    sdk=$dotnet/sdk/$(dotnet --version)
    rm -rf "$folder"
    mkdir -p "$folder/dotnet/shared/Microsoft.NETCore.App" "$folder/vstest"
    cp "$dotnet/dotnet" "$folder/dotnet/"
    cp -r "$dotnet/host" "$folder/dotnet/"
    cp -r "$dotnet/shared/Microsoft.NETCore.App/$runtime" "$folder/dotnet/shared/Microsoft.NETCore.App/"
    # From the SDK only the runner of built tests.
    cp "$sdk"/vstest.console.* "$sdk"/Microsoft.TestPlatform.*.dll "$sdk"/Microsoft.VisualStudio.TestPlatform.*.dll \
        "$sdk"/Microsoft.Extensions.*.dll "$sdk"/Newtonsoft.Json.dll "$sdk"/NuGet.Frameworks.dll "$folder/vstest/"
    cp -r "$sdk/Extensions" "$folder/vstest/"
    for project in $(for house in $houses; do echo "$house.Tests"; done) Benchmarks; do
        mkdir -p "$folder/bin/$project"
        cp -r "$root/artifacts/bin/$project/release/." "$folder/bin/$project/"
    done
    find "$folder/bin" -name '*.pdb' -delete
    find "$folder" -name '*.resources.dll' -delete
    # Libraries of other systems.
    find "$folder/bin" -type d -path '*/runtimes/*' -prune ! -name 'linux*' ! -name unix -exec rm -rf {} +
    tar -C "$root/artifacts" -cJf "$pack" gpu
    rm -rf "$folder"
    echo "$pack: $(($(wc -c <"$pack") / 1048576)) MiB; carry it and the repository, and run bench/gpu.sh there" >&2
}

run() {
    [ -f "$pack" ] || { echo "$pack is missing: make it with bench/gpu.sh prepare where .NET is" >&2; exit 2; }
    tar -C "$root/artifacts" -xJf "$pack"
    python=$(command -v python3)
    LIBTORCH=$("$python" -c 'import os, torch; print(os.path.dirname(torch.__file__))')
    export LIBTORCH OCS_PEER_PYTHON="$python" OCS_TORCH_SHIM="$root/artifacts/native/libocs_torch.so"
    export DOTNET_ROOT="$folder/dotnet" DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
    sh "$root/native/build.sh"
    grep -E 'CUDA graphs|^-- libtorch' "$root/artifacts/native/build.log" || true
    "$python" -c 'import torch; print(torch.__version__, torch.cuda.get_device_name() if torch.cuda.is_available() else "no GPU")'
    status=0
    for house in $houses; do
        "$folder/dotnet/dotnet" "$folder/vstest/vstest.console.dll" "$folder/bin/$house.Tests/Ocs.$house.Tests.dll" "$@" || status=1
    done
    "$folder/bin/Benchmarks/Ocs.Benchmarks" gpu --threads 8 || status=1
    if [ -n "${OUT:-}" ]; then
        for result in "$root"/bench/results/*-gpu.md "$root/artifacts/native/build.log"; do
            if [ -f "$result" ]; then cp "$result" "$OUT/"; fi
        done
    fi
    return $status
}

case ${1:-} in
prepare) prepare ;;
*) run "$@" ;;
esac
