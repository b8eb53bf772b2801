#!/usr/bin/env bash
# Makes the site from the pages and from the comments of the public types: docs/build-site.sh FOLDER [--no-build].
# Needs the .NET SDK; docfx is a tool of this repository (.config/dotnet-tools.json). A warning is an error.
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
[ $# = 1 ] || [ "${2:-}" = --no-build ] || { echo "Usage: docs/build-site.sh FOLDER [--no-build]" >&2; exit 2; }
mkdir -p "$1"
out=$(cd -- "$1" && pwd)
site=$root/artifacts/site
rm -rf "$site"
mkdir -p "$site/pages"
cd "$root"
[ "${2:-}" = --no-build ] || dotnet build src/Cli/Cli.csproj -c Release -v q --nologo
# The first page of the repository is the first page of the site.
git ls-files -z -- CONTRIBUTING.md CHANGELOG.md CITATION.cff LICENSE docs bench experiments packaging/icon.png |
    xargs -0 cp --parents -t "$site/pages"
cp README.md "$site/pages/index.md"
mv "$site/pages/docs/site/toc.yml" "$site/pages/toc.yml"
find "$site/pages" -name '*.md' -exec sed -i -E 's#\]\(((\.\./)+)README\.md#](\1index.md#g' {} +
dotnet tool restore >/dev/null
dotnet docfx docs/docfx.json --warningsAsErrors
cp -r "$site/out/." "$out"
echo "The site is in $out; its first page is index.html."
