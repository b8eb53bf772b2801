#!/bin/sh
# Runs rows of experiments/: experiments/run.sh OUT DATA-ROOT VARIANT SEED FILE.yaml...
# VARIANT is a preset (auto, paper, official) or baseline; more options for `ocs` may follow it after a +, as in
# auto+pruning.repair=false. A row that has ended is left out, one that was interrupted goes on.
# The run's folder is OUT/ROW/VARIANT-SEED; `ocs report OUT/ROW/*` compares them.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
out=$1 data=$2 variant=$3 seed=$4
shift 4
for file in "$@"; do
    row=$(basename "$file" .yaml)
    folder=$out/$row/$variant-$seed
    if [ -d "$folder/checkpoints" ]; then
        "$root/ocs" train --resume "$folder" --data-root "$data"
        continue
    elif [ -e "$folder/summary.json" ]; then
        continue
    fi

    preset=${variant%%+*}
    command=train
    [ "$preset" != baseline ] || { command=baseline; preset=auto; }
    options=
    case $variant in
        *+*) for option in $(printf %s "${variant#*+}" | tr + ' '); do options="$options --set $option"; done ;;
    esac
    # shellcheck disable=SC2086
    "$root/ocs" "$command" "$file" --set "preset=$preset" --seed "$seed" $options --out "$folder" --data-root "$data"
done
