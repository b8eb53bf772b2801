#!/usr/bin/python3
"""Writes golden/sequences.json: what PyTorch and torchvision compute with small attention and recurrent layers.

Run it with Debian's python3-torch (1.13) and python3-torchvision (0.14): /usr/bin/python3 tests/Graphs.Tests/generate_sequences.py
Each case has its parameters, input and output, and the gradient of the output's sum of squares for every parameter and the input.
"""

import json
import pathlib

import torch
from torch import nn
from torchvision.models.swin_transformer import PatchMerging, ShiftedWindowAttention, ShiftedWindowAttentionV2


def flat(tensor):
    return {"shape": list(tensor.shape), "values": [float(f"{value:.8g}") for value in tensor.detach().flatten().tolist()]}


def case(module, shape, run):
    torch.manual_seed(len(shape) * 100 + shape[-1])
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            parameter.copy_(torch.empty_like(parameter).uniform_(-0.6, 0.6))
    x = torch.empty(shape).uniform_(-1, 1).requires_grad_()
    y = run(module, x)
    y.square().sum().backward()
    parameters = dict(module.named_parameters())
    return {
        "input": flat(x),
        "output": flat(y),
        "parameters": {name: flat(parameter) for name, parameter in parameters.items()},
        "gradients": {"input": flat(x.grad), **{name: flat(parameter.grad) for name, parameter in parameters.items()}},
    }


def first(module, x):
    return module(x)[0]


def call(module, x):
    return module(x)


def attend(module, x):
    return module(x, x, x, need_weights=False)[0]


def attend_to_the_past(module, x):
    later = torch.ones(x.shape[1], x.shape[1]).triu(1).bool()
    return module(x, x, x, need_weights=False, attn_mask=later)[0]


def version2():
    module = ShiftedWindowAttentionV2(4, [2, 2], [1, 1], 2)
    module.cpb_mlp = nn.Sequential(nn.Linear(2, 5), nn.ReLU(), nn.Linear(5, 2, bias=False))
    return module


def without_key_bias(module, x):
    # PyTorch's forward pass takes it as 0; so must the parameters, for whoever adds it.
    with torch.no_grad():
        module.qkv.bias[4:8] = 0
    return module(x)


def main():
    torch.set_num_threads(1)
    cases = {
        "attention": case(nn.MultiheadAttention(6, 2, batch_first=True), (2, 3, 6), attend),
        "causal_attention": case(nn.MultiheadAttention(6, 2, batch_first=True), (2, 5, 6), attend_to_the_past),
        "lstm": case(nn.LSTM(3, 2, num_layers=2, bidirectional=True, batch_first=True), (2, 4, 3), first),
        "lstm_plain": case(nn.LSTM(3, 2, bias=False, batch_first=True), (2, 4, 3), first),
        "gru": case(nn.GRU(3, 2, num_layers=2, bidirectional=True, batch_first=True), (2, 4, 3), first),
        "swin": case(ShiftedWindowAttention(4, [2, 2], [1, 1], 2), (2, 4, 6, 4), call),
        "swin_v2": case(version2(), (2, 4, 6, 4), without_key_bias),
        "patch_merging": case(PatchMerging(2), (2, 4, 6, 2), call),
    }
    data = {"made_with": f"PyTorch {torch.__version__}", "cases": cases}
    path = pathlib.Path(__file__).parent / "golden" / "sequences.json"
    path.write_text(json.dumps(data, separators=(",", ":")).replace('},"', '},\n"') + "\n")


if __name__ == "__main__":
    main()
