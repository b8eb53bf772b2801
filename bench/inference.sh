#!/bin/sh
# The time of a batch of whole and half networks under libtorch and ONNX Runtime (`ocs bench`), beside PyTorch. Prints a
# page for bench/results:
#   bench/inference.sh [THREADS [RUNS]] > bench/results/$(date -u +%F)-inference.md
# NETWORKS="NAME ..." chooses other networks of torchvision.
set -eu
cd -- "$(dirname -- "$0")/.."
threads=${1:-2} runs=${2:-20}
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT

# Median milliseconds of PyTorch's fastest way; "-" without PyTorch.
torchs() {
    /usr/bin/python3 bench/peers/torch_inference.py "$1" "$2" "$3" "$threads" "$runs" |
        sed -nE 's/.*"median_ms": ?([0-9.]+).*/\1/p;t;s/.*/-/p'
}

echo "# Inference beside PyTorch"
echo
echo "\`bench/inference.sh $threads $runs\`: milliseconds of a batch of 224 pixels in float32, median of $runs runs, $threads threads."
echo "Half: \`ocs prune NETWORK --target 0.5\`, random weights. PyTorch: the fastest of eager in both layouts and a frozen script"
echo "optimised for inference, with the same weights."
echo
echo "- processor: $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(nproc) cores"
echo "- load average at the start: $(cut -d ' ' -f 1 /proc/loadavg)"
echo "- $(date -u '+%F %H:%M') UTC"
echo
echo "| network | batch | ocs, libtorch: whole; half | ONNX Runtime | PyTorch | whole / half: libtorch, ONNX Runtime, PyTorch | half: PyTorch / libtorch; PyTorch / ONNX Runtime |"
echo "| --- | --- | --- | --- | --- | --- | --- |"
for network in ${NETWORKS:-resnet50 mobilenet_v2}; do
    ./ocs prune "$network" --target 0.5 --out "$work/half.ocs" > "$work/log" 2>&1
    ./ocs export "$work/half.ocs" --pytorch "$work/half.pth" > "$work/log" 2>&1
    for batch in 1 16; do
        # whole and half under libtorch, whole and half under ONNX Runtime
        times=$(./ocs bench "$network" "$work/half.ocs" --batch "$batch" --threads "$threads" --runs "$runs" --json 2> "$work/log" |
            tr ',{}' '\n\n\n' | sed -n 's/^ *"median_ms": *//p' | tr '\n' ' ')
        whole=$(torchs "$network" - "$batch") half=$(torchs "$network" "$work/half.pth" "$batch")
        echo "$times" | awk -v network="$network" -v batch="$batch" -v whole="$whole" -v half="$half" '{
            printf "| %s | %d | %.1f; %.1f | %.1f; %.1f | %s; %s | ", network, batch, $1, $2, $3, $4, whole, half
            printf "%.2f, %.2f, %s | %s |\n", $1 / $2, $3 / $4, half + 0 ? sprintf("%.2f", whole / half) : "-",
                half + 0 ? sprintf("%.2f; %.2f", half / $2, half / $4) : "-"
        }'
    done
done
