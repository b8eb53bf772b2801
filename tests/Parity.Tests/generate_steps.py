#!/usr/bin/python3
"""Writes golden/steps.json: what PyTorch computes in ten training steps of a CIFAR ResNet-20, and its learning-rate schedules.

Run it with Debian's python3-torch (1.13): /usr/bin/python3 tests/Parity.Tests/generate_steps.py
One thread, float32, contiguous; everything is a formula, so the numbers are the same each time.

Values come from u(j, i) in [-1, 1), a hash of two integers; smooth formulas make channels so alike that batch norms blow rounding up.
Weights: parameter k (buffers skipped, in order of named_parameters), row-major index i: b u(k, i) with b = sqrt(6 / fan-out) for a
convolution, 1/8 for the linear layer, 0.1 for batch norms, whose weights have 1 added; float64, then rounded.
Step s, from 0: image element i of the whole batch [8, 3, 8, 8] is 2 u(1000 + s, i), the label of image n is (3 n + s) mod 10.
Per tensor: its 2-norm and its first values. `rounding` is what float32 itself costs: the largest distance of a stored value from
the same run in float64, over the root mean square of its tensor, after step 1 and after step 10. The images are small so that no
activation comes so near to 0 that rounding moves it across a ReLU: with 32x32 pixels one does in every step, and after ten steps
momentum differs by more than its size.
"""

import json
import math
import pathlib

import torch
from torch import nn
from torch.optim import lr_scheduler

BATCH = 8
SIZE = 8
STEPS = 10
FIRST_VALUES = 3
RATE = 0.01
CASES = {
    "plain": dict(momentum=0.0, nesterov=False, weight_decay=0.0, label_smoothing=0.0),
    "momentum": dict(momentum=0.9, nesterov=False, weight_decay=0.0, label_smoothing=0.0),
    "nesterov_decay": dict(momentum=0.9, nesterov=True, weight_decay=5e-4, label_smoothing=0.0),
    "smoothing": dict(momentum=0.9, nesterov=True, weight_decay=5e-4, label_smoothing=0.1),
}


class Block(nn.Module):
    def __init__(self, inputs, width, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, width, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        if stride != 1 or inputs != width:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, width, 1, stride, bias=False), nn.BatchNorm2d(width))
        else:
            self.downsample = nn.Identity()

    def forward(self, x):
        y = torch.relu(self.bn1(self.conv1(x)))
        return torch.relu(self.bn2(self.conv2(y)) + self.downsample(x))


class ResNet20(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.layer1 = nn.Sequential(Block(16, 16, 1), Block(16, 16, 1), Block(16, 16, 1))
        self.layer2 = nn.Sequential(Block(16, 32, 2), Block(32, 32, 1), Block(32, 32, 1))
        self.layer3 = nn.Sequential(Block(32, 64, 2), Block(64, 64, 1), Block(64, 64, 1))
        self.fc = nn.Linear(64, 10)

    def forward(self, x):
        x = torch.relu(self.bn1(self.conv1(x)))
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.fc(x.mean((2, 3)))


def uniform(stream, count):
    mask = 0xFFFFFFFF
    x = (torch.arange(count, dtype=torch.int64) + stream * 0x9E3779B9) & mask
    # Every product stays below 2^63: 32 bits by 31.
    x = ((x ^ (x >> 16)) * 0x45D9F3B) & mask
    x = ((x ^ (x >> 16)) * 0x45D9F3B) & mask
    x = x ^ (x >> 16)
    return x.double() / 2**31 - 1


def fill(model):
    norms = {f"{name}.weight" for name, module in model.named_modules() if isinstance(module, nn.BatchNorm2d)}
    with torch.no_grad():
        for k, (name, parameter) in enumerate(model.named_parameters()):
            shape = parameter.shape
            bound = math.sqrt(6 / (shape[0] * shape[2] * shape[3])) if len(shape) == 4 else 0.125 if name.startswith("fc") else 0.1
            values = bound * uniform(k, parameter.numel()) + (1 if name in norms else 0)
            # Rounded to float32 in the float64 run too: both start from the same point.
            parameter.copy_(values.float().view_as(parameter))


def batch(step, dtype):
    images = (2 * uniform(1000 + step, BATCH * 3 * SIZE * SIZE)).float().to(dtype).view(BATCH, 3, SIZE, SIZE)
    labels = torch.tensor([(3 * n + step) % 10 for n in range(BATCH)])
    return images, labels


def number(value):
    return float(f"{value:.9g}")


def describe(tensor):
    if tensor.dtype == torch.long:
        return [int(tensor)]
    flat = tensor.detach().double().flatten()
    return [number(flat.norm().item())] + [number(v) for v in flat[:FIRST_VALUES].tolist()]


def state(model, optimizer):
    momentum = {
        name: describe(optimizer.state[parameter]["momentum_buffer"])
        for name, parameter in model.named_parameters()
        if optimizer.state[parameter].get("momentum_buffer") is not None
    }
    return {"values": {name: describe(tensor) for name, tensor in model.state_dict().items()}, "momentum": momentum}


def train(options, dtype):
    model = ResNet20()
    fill(model)
    model.to(dtype).train()
    options = dict(options)
    loss_function = nn.CrossEntropyLoss(label_smoothing=options.pop("label_smoothing"))
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE, **options)
    result = {"losses": [], "after": {}}
    for step in range(STEPS):
        images, labels = batch(step, dtype)
        optimizer.zero_grad()
        loss = loss_function(model(images), labels)
        loss.backward()
        result["losses"].append(number(loss.item()))
        if step == 0:
            result["gradients"] = {name: describe(parameter.grad) for name, parameter in model.named_parameters()}
        optimizer.step()
        if step in (0, STEPS - 1):
            result["after"][str(step + 1)] = state(model, optimizer)
    sizes = {name: tensor.numel() for name, tensor in model.state_dict().items()}
    return result, sizes


def distance(tables, references, sizes):
    worst = 0.0
    for name, values in tables.items():
        if len(values) == 1:
            continue
        reference = references[name]
        scale = reference[0] / math.sqrt(sizes[name])
        worst = max(worst, abs(values[0] / reference[0] - 1), *(abs(a - b) / scale for a, b in zip(values[1:], reference[1:])))
    return number(worst)


def case(options):
    result, sizes = train(options, torch.float32)
    exact, _ = train(options, torch.float64)
    result["rounding"] = {
        "gradients": distance(result["gradients"], exact["gradients"], sizes),
        **{
            step: {part: distance(after[part], exact["after"][step][part], sizes) for part in after}
            for step, after in result["after"].items()
        },
        "losses": number(max(abs(a / b - 1) for a, b in zip(result["losses"], exact["losses"]))),
    }
    return {"options": {"rate": RATE, **options}, **result}


def series(make, steps):
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.1)
    scheduler = make(optimizer)
    rates = []
    for _ in range(steps):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return rates


# Of the schedules that end above 0: a warm-up that is no whole number of epochs, and their lowest rate.
FLOOR_WARMUP, FLOOR = 7, 0.01


def schedules():
    epochs, steps_per_epoch = 10, 6
    total = epochs * steps_per_epoch
    warmup = 2 * steps_per_epoch

    def warm_cosine(optimizer):
        rise = lr_scheduler.LinearLR(optimizer, 1 / warmup, 1, warmup - 1)
        fall = lr_scheduler.CosineAnnealingLR(optimizer, total - warmup)
        return lr_scheduler.SequentialLR(optimizer, [rise, fall], [warmup])

    def warm_cosine_to_a_floor(optimizer):
        rise = lr_scheduler.LinearLR(optimizer, 1 / FLOOR_WARMUP, 1, FLOOR_WARMUP - 1)
        fall = lr_scheduler.CosineAnnealingLR(optimizer, total - FLOOR_WARMUP, eta_min=FLOOR)
        return lr_scheduler.SequentialLR(optimizer, [rise, fall], [FLOOR_WARMUP])

    makers = {
        "multi-step": lambda o: lr_scheduler.MultiStepLR(o, [steps_per_epoch * epoch for epoch in (3, 6, 8)], 0.2),
        "step": lambda o: lr_scheduler.StepLR(o, 4 * steps_per_epoch, 0.2),
        "cosine": lambda o: lr_scheduler.CosineAnnealingLR(o, total),
        "linear": lambda o: lr_scheduler.LinearLR(o, 1, 0, total),
        "cosine-after-warm-up": warm_cosine,
        "cosine-to-a-floor-after-steps-of-warm-up": warm_cosine_to_a_floor,
        "linear-to-a-floor": lambda o: lr_scheduler.LinearLR(o, 1, FLOOR / 0.1, total),
    }
    return {
        "epochs": epochs,
        "steps_per_epoch": steps_per_epoch,
        "milestone_epochs": [3, 6, 8],
        "step_epochs": 4,
        "warmup_epochs": 2,
        "warmup_steps": FLOOR_WARMUP,
        "floor": FLOOR,
        "rate": 0.1,
        "gamma": 0.2,
        "series": {name: [number(rate) for rate in series(make, total)] for name, make in makers.items()},
    }


def main():
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    data = {
        "made_with": f"PyTorch {torch.__version__}, one thread",
        "batch": BATCH,
        "cases": {name: case(options) for name, options in CASES.items()},
        "schedules": schedules(),
    }
    path = pathlib.Path(__file__).parent / "golden" / "steps.json"
    lines = json.dumps(data, separators=(",", ":")).replace('],"', '],\n"')
    path.write_text(lines + "\n")
    for name, result in data["cases"].items():
        print(name, result["losses"], json.dumps(result["rounding"]))


if __name__ == "__main__":
    main()
