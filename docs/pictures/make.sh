#!/bin/sh
# Makes the pictures of the pages from a real run: the network of the demo, on a part of its images, one thread.
# Needs python3, chromium, and the program as ./ocs set-up builds it. Look at both pictures before you keep them.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export OMP_NUM_THREADS=1
cp "$here/../../experiments/demo.yaml" demo.yaml
set -- demo.yaml --set training.epochs=12 --set data-limit=4000 --out
"$here/../../ocs" baseline "$@" runs/twin >twin.log || { cat twin.log; exit 1; }
"$here/record.py" terminal.svg "ocs train $* runs/demo" "$here/../../ocs" train "$@" runs/demo
"$here/../../ocs" report runs/demo --baseline runs/twin
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome)
"$browser" --headless --no-sandbox --disable-gpu --hide-scrollbars --force-device-scale-factor=1 \
    --window-size=1100,1300 --screenshot="$work/report.png" "file://$work/runs/demo/report.html" 2>chromium.log
mv terminal.svg report.png "$here"
ls -l "$here"
