#!/usr/bin/python3
"""Torch-Pruning's side of the benchmark of coupling: DepGraph of a torchvision network and all its groups. Prints one line of JSON.

usage: depgraph.py NETWORK CALLS        OCS_TORCH_PRUNING names a checkout of github.com/VainF/Torch-Pruning (v1.6.1).
"""

import json
import os
import statistics
import sys
import time


def skip(reason):
    print(json.dumps({"skipped": reason}))
    sys.exit(0)


sys.path.insert(0, os.environ.get("OCS_TORCH_PRUNING", ""))
try:
    import torch
    import torchvision
    import torch_pruning
except ImportError as error:
    skip(f"{error.name} is not there (Debian: python3-torchvision; OCS_TORCH_PRUNING=CHECKOUT for Torch-Pruning)")


def main(network, calls):
    torch.set_num_threads(1)
    model = getattr(torchvision.models, network)(weights=None).eval()
    example = torch.zeros(1, 3, 224, 224)
    times, forward, groups = [], [], []
    try:
        for _ in range(calls + 1):
            start = time.perf_counter()
            graph = torch_pruning.DependencyGraph().build_dependency(model, example)
            groups = list(graph.get_all_groups())
            times.append(1000 * (time.perf_counter() - start))
            # Tracing runs the network once: reported separately, since it is not part of the coupling.
            start = time.perf_counter()
            model(example)
            forward.append(1000 * (time.perf_counter() - start))
    except TypeError as error:
        skip(f"DepGraph {torch_pruning.__version__} fails on {network}: {error}")
    print(json.dumps({
        "first_ms": times[0],
        "median_ms": statistics.median(times[1:]),
        "forward_ms": statistics.median(forward),
        "groups": len(groups),
        "version": torch_pruning.__version__,
    }))


main(sys.argv[1], int(sys.argv[2]))
