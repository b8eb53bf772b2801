#!/usr/bin/python3
"""PyTorch's time of a batch of a torchvision network, whole or cut. Prints one line of JSON with medians in milliseconds.

usage: torch_inference.py NETWORK FILE BATCH THREADS RUNS
FILE: weights that `ocs export --pytorch` wrote; layers take their widths from them. - for the network as it is.
"""

import json
import statistics
import sys
import time

try:
    import torch
    import torchvision
except ImportError:
    print(json.dumps({"skipped": "PyTorch is not installed (apt-get install python3-torch python3-torchvision)"}))
    sys.exit(0)

network, file, batch, threads, runs = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5])
torch.set_num_threads(threads)
torch.manual_seed(0)
model = getattr(torchvision.models, network)().eval()
if file != "-":
    for name, value in torch.load(file).items():
        path, _, last = name.rpartition(".")
        module = model.get_submodule(path)
        current = getattr(module, last)
        if isinstance(module, torch.nn.Conv2d) and last == "weight" and module.groups == module.in_channels > 1:
            module.groups = value.shape[0]  # depthwise
        setattr(module, last, torch.nn.Parameter(value) if isinstance(current, torch.nn.Parameter) else value)

images = torch.randn(batch, 3, 224, 224)


def median(run, images):
    taken = []
    for turn in range(3 + runs):
        start = time.perf_counter()
        run(images)
        taken.append(1e3 * (time.perf_counter() - start))
    return round(statistics.median(taken[3:]), 2)


with torch.no_grad():
    times = {"contiguous": median(model, images)}
    frozen = torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.trace(model, images)))
    times["frozen script"] = median(frozen, images)
    model = model.to(memory_format=torch.channels_last)
    times["channels-last"] = median(model, images.to(memory_format=torch.channels_last))
print(json.dumps({"median_ms": min(times.values()), **times, "parameters": sum(p.numel() for p in model.parameters())}))
