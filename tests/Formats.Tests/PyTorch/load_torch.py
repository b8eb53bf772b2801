"""Loads a file with torch.load, and compares it with the raw bytes beside it. Says on standard error what is wrong."""

import os
import sys

import torch

path = sys.argv[1]
torch.set_num_threads(1)
loaded = [torch.load(path)]
if "weights_only" in torch.load.__code__.co_varnames:
    loaded.append(torch.load(path, weights_only=True))
for state in loaded:
    with open(path + ".names") as lines:
        expected = [line.rstrip("\n").split("|") for line in lines]
    assert type(state).__name__ == "OrderedDict", type(state)
    assert list(state) == [name for name, _, _ in expected], list(state)
    for name, dtype, shape in expected:
        tensor = state[name]
        assert str(tensor.dtype) == "torch." + dtype, (name, tensor.dtype)
        assert list(tensor.shape) == [int(size) for size in shape.split(",") if size], (name, tensor.shape)
        assert tensor.is_contiguous(), name
        flat = tensor.reshape(-1)
        raw = flat.view(torch.int16) if flat.dtype == torch.bfloat16 else flat
        with open(f"{path}.{name}", "rb") as data:
            assert raw.numpy().tobytes() == data.read(), name
