#!/bin/sh
# OCSPruner (arXiv 2501.13439), Tab. 9: latency of the whole and the pruned network of each row, under libtorch and ONNX Runtime
# in turns: experiments/table9/run.sh OUT [RUNS]
# RUNS is a folder that experiments/run.sh has filled. A row without a run there is cut from random weights to the same budget,
# which gives about the same widths. OUT/ROW.txt has the table. OCS_BENCH may hold more options for `ocs bench`, OCS_ROWS a
# pattern of the rows to take.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
out=$1 runs=${2:-}
mkdir -p "$out"
while read -r row model classes target batch; do
    case $row in
        ${OCS_ROWS:-*}) ;;
        *) continue ;;
    esac
    pruned=
    for file in "${runs:-/nowhere}/$row"/*/model.ocs; do
        case $file in
            */baseline-*) ;;
            *) [ ! -e "$file" ] || pruned=$file ;;
        esac
    done
    if [ -z "$pruned" ]; then
        pruned=$out/$row.ocs
        "$root/ocs" prune "$model" --classes "$classes" --target "$target" --round-to 1 --out "$pruned" >/dev/null </dev/null
    fi

    echo "$row, $pruned:"
    # shellcheck disable=SC2086
    "$root/ocs" bench "$model" "$pruned" --classes "$classes" --batch "$batch" ${OCS_BENCH:-} </dev/null | tee "$out/$row.txt"
done <<ROWS
cifar10_resnet56_38.88 cifar_resnet56 10 0.6112 128
cifar10_resnet110_33.10 cifar_resnet110 10 0.6690 128
cifar10_vgg16_21.22 cifar_vgg16 10 0.7878 128
cifar100_vgg19_11.23 cifar_vgg19 100 0.8877 128
imagenet_resnet50_56.99 resnet50 1000 0.4301 16
imagenet_resnet50_51.74 resnet50 1000 0.4826 16
imagenet_resnet50_42.98 resnet50 1000 0.5702 16
imagenet_resnet50_33.05 resnet50 1000 0.6695 16
ROWS
