#!/bin/sh
# Measures the project's figures: bench/run.sh all, or some of steps avx2 cut rounding search sparsity coupling memory recompute imagenet evaluation checkpoints telemetry inspect boxed distributed jpeg gpu, or cycle; or one of onnx, convolutions, gradients. See bench/README.md.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
sh "$root/native/build.sh"
dotnet build -c Release -v q --nologo -clp:NoSummary "$root/bench/Benchmarks" >&2
exec "$root/artifacts/bin/Benchmarks/release/Ocs.Benchmarks" "$@"
