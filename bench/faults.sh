#!/bin/sh
# Fault tests of training: bench/faults.sh [N]. At least N (default 60) kills at random moments, N / 10 of each damage to each file of a
# run's folder, N / 3 of each way in which two processes meet in one folder, full disks and more; the rows of docs/reliability.md. As root also on small disks in memory.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
sh "$root/native/build.sh"
dotnet build -c Release -v q --nologo -clp:NoSummary "$root/tests/EndToEnd.Tests" >&2
OCS_FAULTS=${1:-60} exec dotnet test "$root/artifacts/bin/EndToEnd.Tests/release/Ocs.EndToEnd.Tests.dll" \
    --nologo --filter FullyQualifiedName~Faults --logger "console;verbosity=detailed"
