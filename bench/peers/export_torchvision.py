#!/usr/bin/python3
"""torchvision's classification and segmentation networks as ONNX files, written by PyTorch's exporter. Prints one line of JSON a network.

usage: export_torchvision.py FOLDER [--opset 13] [--static] [--only NAME ...]

Weights are what torchvision starts from (seed 0), with noise where they start as one number; batch norms have the statistics of one batch. Each network gets a folder NAME with
model.onnx, what goes in, input.npy, and what PyTorch computes from it, output.npy. It has a process of its own, small ones come first, and what
is there already is left alone. Dimension 0 is free, unless --static fixes it to 1.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import time

try:
    import numpy
    import torch
    import torchvision
except ImportError:
    print(json.dumps({"skipped": "PyTorch and torchvision are not installed (Debian: apt-get install python3-torchvision)"}))
    sys.exit(0)

FIXED_SIZES = {"inception_v3": 299}
SIZE = 224


def families():
    models = torchvision.models
    return {"classification": models.list_models(module=models), "segmentation": models.list_models(module=models.segmentation)}


def build(name, family):
    torch.manual_seed(0)
    if family == "segmentation":
        return torchvision.models.get_model(name, weights=None, weights_backbone=None)
    options = {"init_weights": True} if name in ("googlenet", "inception_v3") else {}
    return torchvision.models.get_model(name, weights=None, **options)


def vary(model):
    """Noise for what starts as one number, such as the weights of norms, and for biases: the exporter writes equal parameters once."""
    for parameter in model.parameters():
        if parameter.dim() < 2 or parameter.std() == 0:
            parameter += 0.02 * torch.randn_like(parameter)


def calibrate(model, size):
    """Gives batch norms the mean and variance of one batch: with those that they start from, deep networks over- or underflow. The
    last norm of a bottleneck starts small, as in torchvision's zero_init_residual: in random networks of 50 to 152 layers rounding errors grow by
    the block otherwise, to more than 1e-4 between PyTorch and any other runtime."""
    norms = [module for module in model.modules() if isinstance(module, torch.nn.modules.batchnorm._BatchNorm)]
    if not norms:
        return
    for norm in norms:
        norm.momentum = 1.0
    for block in model.modules():
        if isinstance(block, torchvision.models.resnet.Bottleneck):
            block.bn3.weight *= 0.2
    model.train()
    model(torch.randn(4, 3, size, size))


def export(name, family, folder, opset, static):
    torch.set_num_threads(1)
    size = FIXED_SIZES.get(name, SIZE)
    model = build(name, family)
    images = torch.randn(1 if static else 2, 3, size, size, generator=torch.Generator().manual_seed(1))
    # Not around the export: without gradients attention is one operator that the exporter does not know.
    with torch.no_grad():
        vary(model)
        calibrate(model, size)
        output = model.eval()(images)
    output = output["out"] if isinstance(output, dict) else output
    part = os.path.join(folder, name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    os.mkdir(part)
    start = time.perf_counter()
    # Above 2 GB the exporter writes one file per parameter beside the model.
    torch.onnx.export(
        model, images[:1], os.path.join(part, "model.onnx"), opset_version=opset, input_names=["input"], output_names=["output"],
        dynamic_axes=None if static else {"input": {0: "batch"}, "output": {0: "batch"}})
    seconds = time.perf_counter() - start
    numpy.save(os.path.join(part, "input.npy"), images.numpy())
    numpy.save(os.path.join(part, "output.npy"), output.numpy())
    size = sum(entry.stat().st_size for entry in os.scandir(part) if not entry.name.endswith(".npy"))
    os.rename(part, os.path.join(folder, name))
    return {
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "bytes": size,
        "seconds": round(seconds, 2),
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "largest_output": float(output.abs().max()),
    }


def parameter_count(name, family):
    with torch.random.fork_rng():
        module = torchvision.models if family == "classification" else torchvision.models.segmentation
        weights = torchvision.models.get_model_weights(getattr(module, name))
        return next(iter(weights)).meta["num_params"]


def one_line(text):
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "no word")[:400]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--opset", type=int, default=13)
    parser.add_argument("--static", action="store_true")
    parser.add_argument("--only", nargs="*")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        family = next(family for family, names in families().items() if arguments.child in names)
        print(json.dumps(export(arguments.child, family, arguments.folder, arguments.opset, arguments.static)))
        return

    os.makedirs(arguments.folder, exist_ok=True)
    networks = [(parameter_count(name, family), name, family) for family, names in families().items() for name in names]
    for _, name, family in sorted(networks):
        if arguments.only and name not in arguments.only:
            continue
        result = {"network": name, "family": family, "opset": arguments.opset}
        if os.path.exists(os.path.join(arguments.folder, name)):
            result["there"] = True
        else:
            command = [sys.executable, __file__, arguments.folder, "--opset", str(arguments.opset), "--child", name]
            child = subprocess.run(command + ["--static"] * arguments.static, capture_output=True, text=True)
            if child.returncode == 0:
                result.update(json.loads(child.stdout.splitlines()[-1]))
            else:
                result["failed"] = one_line(child.stderr) if child.returncode > 0 else f"ended by signal {-child.returncode}"
        print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
