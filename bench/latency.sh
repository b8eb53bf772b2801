#!/bin/sh
# Latency as a budget, predicted against measured, and the speed-up of half of the MACs of resnet50. Prints a page for bench/results:
#   bench/latency.sh > bench/results/$(date -u +%F)-latency.md
# The target of each network is 45 % of its time in `ocs bench` on this machine.
set -eu
cd -- "$(dirname -- "$0")/.."
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT

# Median milliseconds of the last network named.
milliseconds() {
    ./ocs bench "$@" --batch 1 --threads 1 --runs 20 --json 2> "$work/log" |
        tr ',{}' '\n\n\n' | sed -n 's/^ *"median_ms": *//p' | tail -n 1
}

echo "# latency"
echo
echo "- processor: $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(nproc) cores"
echo "- load average at the start: $(cut -d ' ' -f 1 /proc/loadavg)"
echo "- $(date -u '+%F %H:%M') UTC; weights are random"
echo
echo '## Predicted and measured, `ocs prune NETWORK --target-latency MS --runtime RUNTIME`'
echo
echo "\"Timed again\" is \`ocs bench\` of the file that was written, in a process of its own. Batch 1, one thread, milliseconds."
echo
echo "| network | runtime | whole | target | predicted | measured | measured / predicted | timed again | cuts timed |"
echo "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"
for runtime in onnxruntime libtorch; do
    for network in mobilenet_v2 resnet50 densenet121 vgg11_bn; do
        target=$(milliseconds "$network" --runtimes "$runtime" | awk '{ printf "%.2f", 0.45 * $1 }')
        ./ocs prune "$network" --target-latency "$target" --runtime "$runtime" --out "$work/cut.ocs" --json 2> "$work/log" |
            tr ',{}' '\n\n\n' | sed -n 's/^ *"\(before_ms\|predicted_ms\|measured_ms\|searches\)": */\1 /p' > "$work/times"
        again=$(milliseconds "$network" "$work/cut.ocs" --runtimes "$runtime")
        awk -v network="$network" -v runtime="$runtime" -v target="$target" -v again="$again" '
            { value[$1] = $2 }
            END {
                printf "| %s | %s | %.2f | %s | %.2f | %.2f | %.3f | %.2f | %d |\n", network, runtime, value["before_ms"], target,
                    value["predicted_ms"], value["measured_ms"], value["measured_ms"] / value["predicted_ms"], again, value["searches"]
            }' "$work/times"
    done
done

echo
echo '## Half of the MACs of resnet50, `ocs prune resnet50 --target 0.5 --round-to 8`'
echo
echo '```'
./ocs prune resnet50 --target 0.5 --round-to 8 --out "$work/resnet50-half.ocs" > "$work/log" 2>&1
./ocs bench resnet50 "$work/resnet50-half.ocs" --batch 1,16 --runs 20 --threads 2 2> "$work/log" | grep -v '^ *$' | sed "s|$work/||"
echo '```'
