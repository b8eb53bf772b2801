#!/bin/sh
# OCSPruner (arXiv 2501.13439), Tab. 10: what a cycle costs beside the training of the unpruned network, for every row whose data
# are there: experiments/table10/run.sh OUT DATA-ROOT [EPOCHS]
# With EPOCHS all rows take so many in place of 130 to 300, along a cosine, and the cut is where it is forced: a short twin of the
# table. OUT/runs.csv has the times (total_seconds); `ocs report` compares the runs. OCS_ROWS may hold a pattern of the rows.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
out=$1 data=$2 epochs=${3:-}
options=
if [ -n "$epochs" ]; then
    options=+training.epochs=$epochs+training.schedule=cosine+pruning.sparsity-start-epoch=null+pruning.cut-at-end=false
fi
for row in table1/cifar10_vgg16_21.22 table2/cifar10_resnet56_38.88 table1/cifar100_vgg19_11.23 \
    table3/imagenet_resnet50_42.98 table3/imagenet_mobilenet_v2_70.32; do
    # shellcheck disable=SC2254
    case $row in
        ${OCS_ROWS:-*}) ;;
        *) continue ;;
    esac
    for variant in baseline paper; do
        "$root/experiments/run.sh" "$out" "$data" "$variant$options" 0 "$root/experiments/$row.yaml"
    done
done
"$root/ocs" report "$out"/*/* --csv "$out"
