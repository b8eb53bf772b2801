#!/bin/bash
# Training steps on Debian 13's libtorch and PyTorch 2.6 beside those on this system's libtorch, in turns:
#   bench/peers/debian13.sh ROOT [THREADS [STEPS]]
# ROOT is a folder with Debian 13. Where it has no PyTorch yet, debootstrap makes it (4 GB; as root). Prints a Markdown
# table of the median milliseconds of a step; of PyTorch's layouts the faster counts. NETWORKS="NAME:BATCH ..." chooses
# others. Without debootstrap or the rights of root it prints a sentence and ends with 0.
set -euo pipefail
bench=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
repository=$(dirname -- "$bench")
root=${1:?bench/peers/debian13.sh ROOT [THREADS [STEPS]]}
threads=${2:-2}
steps=${3:-3}
networks=${NETWORKS:-cifar_resnet56:128 cifar_vgg16:128 resnet50:16 vit_b_16:8}

inside() {
    env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive "${@:2}" \
        chroot "$root" /bin/sh -c "$1"
}

if [ "$(id -u)" != 0 ] || { [ ! -f "$root/usr/bin/apt-get" ] && ! command -v debootstrap >/dev/null; }; then
    echo "skipped: Debian 13 in a folder needs root, and debootstrap once (apt-get install debootstrap)"
    exit 0
fi
[ -f "$root/usr/bin/apt-get" ] || debootstrap --variant=minbase --include=ca-certificates trixie "$root" >&2
mkdir -p "$root/proc" "$root/dev" "$root/repository" "$root/dotnet"
trap 'umount "$root/proc" "$root/dev" "$root/repository" "$root/dotnet" 2>/dev/null || true' EXIT
mount -t proc proc "$root/proc"
mount --bind /dev "$root/dev"
mount --bind "$repository" "$root/repository"
mount --bind "$(dirname -- "$(readlink -f "$(command -v dotnet)")")" "$root/dotnet"
if [ ! -d "$root/usr/lib/python3/dist-packages/torch" ]; then
    cp -L /etc/resolv.conf "$root/etc/resolv.conf"
    inside 'apt-get -q update && apt-get -q install -y --no-install-recommends python3-torch python3-torchvision \
        libtorch-dev libopenblas0-openmp libgloo-dev g++ cmake make binutils libicu76 python3-dev python3-setuptools' >&2
fi
inside 'sh /repository/native/build.sh /shim' >&2
sh "$repository/native/build.sh" >&2
dotnet build -c Release -v q --nologo -clp:NoSummary "$bench/Benchmarks" >&2

# Prints the median of a step; "-" where it does not run.
median() { tail -n 1 | sed -nE 's/.*"median_ms": ?([0-9]+).*/\1/p;t;s/.*/-/p'; }
ours() {
    "$repository/artifacts/bin/Benchmarks/release/Ocs.Benchmarks" child step "$1" "$2" "$threads" 1 "$steps" "$3" | median
}
ours_there() {
    inside "/dotnet/dotnet /repository/artifacts/bin/Benchmarks/release/Ocs.Benchmarks.dll child step $1 $2 $threads 1 $steps $3" \
        OCS_TORCH_SHIM=/shim/libocs_torch.so | median || echo -
}
# A compiled step is compiled in its first turns.
torch_there() {
    for layout in nchw channels-last; do
        inside "python3 /repository/bench/peers/torch_step.py step $1 $layout$2 $threads 3 $steps $3" | median
    done | sort -n | grep -v - | head -n 1 || echo -
}

echo "| network | batch | precision | ours, this system's libtorch | ours, Debian 13's | PyTorch there | compiled |"
echo "| --- | --- | --- | --- | --- | --- | --- |"
for entry in $networks; do
    network=${entry%:*} batch=${entry#*:}
    for precision in fp32 bf16; do
        suffix=$([ $precision = fp32 ] || echo -bf16)
        echo "| $network | $batch | $precision | $(ours "$network" $precision "$batch") |" \
            "$(ours_there "$network" $precision "$batch") | $(torch_there "$network" "$suffix" "$batch") |" \
            "$(torch_there "$network" "$suffix-compiled" "$batch") |"
    done
done
