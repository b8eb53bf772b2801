#!/bin/bash
# `ocs prune` of an ONNX file beside ONNX Runtime's own load of it, in turns: bench/prune.sh FILE.onnx [ROUNDS]. Of each the
# fastest round counts; the peak is the largest. Needs /usr/bin/time (Debian: apt-get install time).
set -euo pipefail
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
file=${1:?bench/prune.sh FILE.onnx [ROUNDS]}
rounds=${2:-3}
"$root/ocs" set-up >&2
dotnet build -c Release -v q --nologo -clp:NoSummary "$root/bench/Benchmarks" >&2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for _ in $(seq "$rounds"); do
    "$root/artifacts/bin/Benchmarks/release/Ocs.Benchmarks" child load "$file" |
        sed -E 's/.*"load_ms":([0-9.]+),"peak_mib":([0-9.]+).*/\1 \2/' >>"$folder/load"
    /usr/bin/time -a -o "$folder/prune" -f '%e %U %S %M' "$root/ocs" prune "$file" --target 0.5 --out "$folder/cut.onnx" >/dev/null 2>&1
done
cat "$folder/load" "$folder/prune" | awk -v rounds="$rounds" -v size="$(stat -Lc %s "$file")" '
    NR <= rounds { if (NR == 1 || $1 < load) load = $1; if ($2 > load_peak) load_peak = $2 }
    NR > rounds {
        if (NR == rounds + 1 || $1 < wall) wall = $1
        if (NR == rounds + 1 || $2 + $3 < cpu) cpu = $2 + $3
        if ($4 > peak) peak = $4
    }
    END {
        mb = size / 1e6; peak = peak * 1024 / 1e6; load_peak = load_peak * 1048576 / 1e6
        printf "| file | what | time | of the load | peak memory | of the file |\n| --- | --- | --- | --- | --- | --- |\n"
        printf "| %.0f MB | ONNX Runtime loads it | %.2f s | 1 | %.0f MB | %.1f |\n", mb, load / 1000, load_peak, load_peak / mb
        printf "| | ocs prune | %.2f s (%.2f s of processors) | %.1f | %.0f MB | %.1f |\n", wall, cpu, 1000 * wall / load, peak, peak / mb
    }'
