#!/usr/bin/python3
"""PyTorch's side of the benchmarks: the same networks and the same step, in plain PyTorch. Prints one line of JSON.

usage: torch_step.py step NETWORK VARIANT THREADS WARMUPS STEPS [BATCH]      or: torch_step.py add
NETWORK: cifar_resnet20, 56, 110 or cifar_vgg16, or one of torchvision's at 224 pixels. VARIANT: nchw, channels-last,
either with -bf16 for autocast, or authors (nchw with zero_grad() that fills with zeros); each also with -compiled for
torch.compile, and then with -cuda for the GPU.
"""

import json
import resource
import statistics
import sys
import time

try:
    import torch
    from torch import nn
except ImportError:
    print(json.dumps({"skipped": "PyTorch is not installed (Debian: apt-get install python3-torch)"}))
    sys.exit(0)


class Block(nn.Module):
    def __init__(self, inputs, width, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, width, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.shortcut = nn.Identity()
        if stride != 1 or inputs != width:
            self.shortcut = nn.Sequential(nn.Conv2d(inputs, width, 1, stride, bias=False), nn.BatchNorm2d(width))

    def forward(self, x):
        y = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        y += self.shortcut(x)
        return self.relu(y)


def resnet(depth):
    blocks = (depth - 2) // 6
    layers = [nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU(inplace=True)]
    inputs = 16
    for width, stride in ((16, 1), (32, 2), (64, 2)):
        for block in range(blocks):
            layers.append(Block(inputs, width, stride if block == 0 else 1))
            inputs = width
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))


def vgg16():
    layers, inputs = [], 3
    for block, widths in enumerate(((64, 64), (128, 128), (256,) * 3, (512,) * 3, (512,) * 3)):
        for width in widths:
            layers += [nn.Conv2d(inputs, width, 3, 1, 1), nn.BatchNorm2d(width), nn.ReLU(inplace=True)]
            inputs = width
        if block < 3:
            layers.append(nn.MaxPool2d(2))
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 10))


def build(network):
    if network == "cifar_vgg16":
        return vgg16(), 32
    if network.startswith("cifar_resnet"):
        return resnet(int(network.removeprefix("cifar_resnet"))), 32
    import torchvision

    return getattr(torchvision.models, network)(), 224


def step(network, variant, threads, warmups, steps, batch=128):
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    model, size = build(network)
    images, labels = torch.randn(batch, 3, size, size), torch.randint(10, (batch,))
    device = "cuda" if variant.endswith("-cuda") else "cpu"
    variant = variant.removesuffix("-cuda")
    model, images, labels = model.to(device), images.to(device), labels.to(device)
    compiled = variant.endswith("-compiled")
    variant = variant.removesuffix("-compiled")
    narrow = variant.endswith("-bf16")
    channels_last = variant.startswith("channels-last")
    if channels_last:
        model = model.to(memory_format=torch.channels_last)
        images = images.contiguous(memory_format=torch.channels_last)
    model.train()
    parameters = sum(parameter.numel() for parameter in model.parameters())
    if compiled:
        model = torch.compile(model)
    loss_function = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, nesterov=True, weight_decay=5e-4)
    seconds = []
    for _ in range(warmups + steps):
        start = time.perf_counter()
        optimizer.zero_grad(set_to_none=variant != "authors")
        with torch.autocast(device, torch.bfloat16, enabled=narrow):
            loss = loss_function(model(images), labels)
        loss.item()
        loss.backward()
        optimizer.step()
        if device == "cuda":
            torch.cuda.synchronize()
        seconds.append(time.perf_counter() - start)
    return {
        "layout": "ChannelsLast" if channels_last else "Contiguous",
        "median_ms": 1000 * statistics.median(seconds[warmups:]),
        "fastest_ms": 1000 * min(seconds[warmups:]),
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "parameters": parameters,
        "libtorch": torch.__version__,
        "device": torch.cuda.get_device_name() if device == "cuda" else "cpu",
    }


def add():
    torch.set_num_threads(1)
    left, right = torch.ones(4), torch.ones(4)
    rounds, calls = 20, 20000
    nanoseconds = []
    for _ in range(rounds):
        start = time.perf_counter_ns()
        for _ in range(calls):
            torch.add(left, right)
        nanoseconds.append((time.perf_counter_ns() - start) / calls)
    return {"median_ns": statistics.median(nanoseconds[2:])}


if __name__ == "__main__":
    if sys.argv[1] == "add":
        print(json.dumps(add()))
    else:
        try:
            print(json.dumps(step(sys.argv[2], sys.argv[3], *map(int, sys.argv[4:]))))
        except (ImportError, RuntimeError) as error:
            print(json.dumps({"skipped": f"{sys.argv[2]}, {sys.argv[3]}: {str(error).splitlines()[0]}"}))
