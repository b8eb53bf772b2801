#!/usr/bin/python3
"""Writes golden/optimizers.json: what PyTorch's optimisers make of ten steps with given gradients.

Run it with Debian's python3-torch (1.13): /usr/bin/python3 tests/Parity.Tests/generate_optimizers.py
float32. Values come from u of generate_steps.py. Parameter k, element i: the weight is u(k, i), rounded; its gradient in step s, from 0,
is 0.02 (k + 1) u(100 (s + 1) + k, i). The learning rate of step s is 0.01 (1 - s / 20). All values are written, row-major.
"matrices" cases leave biases and norms without weight decay, "layers" cases halve the rate from layer to layer. "average" is a moving
average of the weights with the decay 0.9 that begins with a copy of the first ones.
"""

import json
import pathlib

import torch
from torch import nn

from generate_steps import number, uniform

STEPS = 10
RATE = 0.01
SHAPES = {
    "conv.weight": (3, 2, 3, 3),
    "conv.bias": (3,),
    "bn.weight": (3,),
    "bn.bias": (3,),
    "fc.weight": (5, 12),
    "fc.bias": (5,),
}
CASES = {
    "adam": dict(kind="adam"),
    "adam_decay": dict(kind="adam", weight_decay=0.05),
    "adam_betas": dict(kind="adam", beta1=0.8, beta2=0.95, epsilon=1e-3, weight_decay=0.05),
    "adam_matrices": dict(kind="adam", weight_decay=0.05, matrices=True),
    "adamw": dict(kind="adamw", weight_decay=0.05),
    "adamw_matrices": dict(kind="adamw", weight_decay=0.05, matrices=True),
    "adamw_clipped": dict(kind="adamw", weight_decay=0.05, clip=0.2),
    "sgd_clipped": dict(kind="sgd", weight_decay=0.05, clip=0.2),
    "sgd_matrices": dict(kind="sgd", weight_decay=0.05, matrices=True),
    "sgd_layers": dict(kind="sgd", weight_decay=0.05, layers=0.5),
    "adamw_layers": dict(kind="adamw", weight_decay=0.05, layers=0.5),
}


def make(options, parameters):
    decay = options.get("weight_decay", 0.0)
    if options.get("matrices"):
        groups = [
            dict(params=[p for p in parameters.values() if p.dim() > 1], weight_decay=decay),
            dict(params=[p for p in parameters.values() if p.dim() == 1], weight_decay=0.0),
        ]
    elif options.get("layers"):
        # The last layer, fc, has the whole rate; bn a factor of it, and conv its square.
        power = {"conv": 2, "bn": 1, "fc": 0}
        groups = [
            dict(params=[p], weight_decay=decay, scale=options["layers"] ** power[name.split(".")[0]]) for name, p in parameters.items()
        ]
    else:
        groups = [dict(params=list(parameters.values()), weight_decay=decay)]
    if options["kind"] == "sgd":
        return torch.optim.SGD(groups, lr=RATE, momentum=0.9, nesterov=True)
    betas = (options.get("beta1", 0.9), options.get("beta2", 0.999))
    kind = torch.optim.AdamW if options["kind"] == "adamw" else torch.optim.Adam
    return kind(groups, lr=RATE, betas=betas, eps=options.get("epsilon", 1e-8))


def values(tensor):
    return [number(value) for value in tensor.detach().flatten().tolist()]


def case(options):
    parameters = {
        name: nn.Parameter(uniform(k, torch.Size(shape).numel()).float().view(shape)) for k, (name, shape) in enumerate(SHAPES.items())
    }
    optimizer = make(options, parameters)
    average = {name: parameter.detach().clone() for name, parameter in parameters.items()}
    norms = []
    for step in range(STEPS):
        for k, parameter in enumerate(parameters.values()):
            parameter.grad = (0.02 * (k + 1) * uniform(100 * (step + 1) + k, parameter.numel())).float().view_as(parameter)
        for group in optimizer.param_groups:
            group["lr"] = RATE * (1 - step / 20) * group.get("scale", 1)
        if "clip" in options:
            norms.append(number(nn.utils.clip_grad_norm_(list(parameters.values()), options["clip"]).item()))
        optimizer.step()
        for name, parameter in parameters.items():
            average[name].mul_(0.9).add_(parameter.detach(), alpha=0.1)
    state = {
        moment: {name: values(optimizer.state[parameter][key]) for name, parameter in parameters.items()}
        for moment, key in (("momentum", "momentum_buffer"), ("exp_avg", "exp_avg"), ("exp_avg_sq", "exp_avg_sq"))
        if key in optimizer.state[next(iter(parameters.values()))]
    }
    return {
        "options": options,
        "values": {name: values(parameter) for name, parameter in parameters.items()},
        "moments": state,
        "average": {name: values(tensor) for name, tensor in average.items()},
        "norms": norms,
    }


def main():
    torch.set_num_threads(1)
    data = {
        "made_with": f"PyTorch {torch.__version__}",
        "steps": STEPS,
        "cases": {name: case(options) for name, options in CASES.items()},
    }
    path = pathlib.Path(__file__).parent / "golden" / "optimizers.json"
    path.write_text(json.dumps(data, separators=(",", ":")).replace('],"', '],\n"') + "\n")
    for name, result in data["cases"].items():
        print(name, result["values"]["fc.bias"], result["norms"])


if __name__ == "__main__":
    main()
