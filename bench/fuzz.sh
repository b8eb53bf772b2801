#!/bin/sh
# Fuzzes every reader, bench/fuzz.sh [N] times in each way (20,000), and prints the rows of docs/reliability.md.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
export OCS_FUZZ_MUTATIONS="${1:-20000}" OMP_NUM_THREADS=1
sh "$root/native/build.sh"
dotnet build -c Release -v q --nologo -clp:NoSummary "$root/Ocs.slnx" >&2
log=$(mktemp)
trap 'rm -f "$log"' EXIT
echo '| what is read, and how it is damaged | tried | refused in one sentence | slowest | most managed memory |'
echo '| --- | --- | --- | --- | --- |'
failed=0
for house in Formats Data RunLog Cli Training; do
    dotnet test "$root/artifacts/bin/$house.Tests/release/Ocs.$house.Tests.dll" --nologo --filter FullyQualifiedName~FuzzTests \
        --logger 'console;verbosity=detailed' >"$log" 2>&1 || failed=1
    sed -nE 's/^ *(\| .* \|)$/\1/p' "$log"
    grep -E '\[FAIL\]|Stack overflow|Mutation' "$log" >&2 || true
done
exit "$failed"
