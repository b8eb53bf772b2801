#!/bin/sh
# Makes the packages: packaging/pack.sh FOLDER [options of dotnet pack]. The program must have been built: ./ocs set-up.
# The command is compiled ahead of time, so that it starts faster: src/Cli/Cli.csproj.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
folder=$1
shift
for project in src/Cli/Cli.csproj packaging/Library/Library.csproj packaging/Native/Native.csproj \
    packaging/Templates/Templates.csproj; do
    dotnet pack "$root/$project" -c Release -v q --nologo -o "$folder" -p:CompilesAhead=true "$@"
done
