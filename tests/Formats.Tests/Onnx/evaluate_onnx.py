"""Checks every FOLDER/*.onnx with onnx.checker, then runs it, node by node, on FOLDER/*.input (raw float32)
and writes FOLDER/*.output. The interpreter knows the operators that the exporter writes, and no more."""

import pathlib
import sys

import numpy
import onnx
import torch
from onnx import helper, numpy_helper
from torch.nn import functional


def padding(attributes):
    top, left, bottom, right = attributes.get("pads", [0, 0, 0, 0])
    assert (top, left) == (bottom, right), "only the same padding on both sides"
    return [top, left]


def batch_norm(a, x, scale, bias, mean, variance):
    return functional.batch_norm(x, mean, variance, scale, bias, training=False, eps=a["epsilon"])


def max_pool(a, x):
    top, left, bottom, right = a["pads"]
    padded = functional.pad(x, (left, right, top, bottom), value=float("-inf"))
    return functional.max_pool2d(padded, a["kernel_shape"], a["strides"], 0, a["dilations"])


def slice_(a, x, starts, ends, axes):
    for start, end, axis in zip(starts.tolist(), ends.tolist(), axes.tolist()):
        x = x.narrow(axis, start, end - start)
    return x


OPERATORS = {
    "Add": lambda a, x, y: x + y,
    "AveragePool": lambda a, x: functional.avg_pool2d(
        x, a["kernel_shape"], a["strides"], padding(a), count_include_pad=bool(a["count_include_pad"])),
    "BatchNormalization": batch_norm,
    "Celu": lambda a, x: torch.where(x < 0, a["alpha"] * (torch.exp(x / a["alpha"]) - 1), x),
    "Clip": lambda a, x, low, high: torch.minimum(torch.maximum(x, low), high),
    "Concat": lambda a, *values: torch.cat(values, a["axis"]),
    "Conv": lambda a, x, weight, bias=None: functional.conv2d(
        x, weight, bias, a["strides"], padding(a), a["dilations"], a["group"]),
    "Elu": lambda a, x: torch.where(x < 0, a["alpha"] * (torch.exp(x) - 1), x),
    "Erf": lambda a, x: torch.erf(x),
    "Flatten": lambda a, x: torch.flatten(x, a["axis"]),
    "Gemm": lambda a, x, weight, bias=None: x @ (weight.T if a["transB"] else weight) + (0 if bias is None else bias),
    "GlobalAveragePool": lambda a, x: x.mean(dim=(2, 3), keepdim=True),
    "HardSigmoid": lambda a, x: torch.clamp(a["alpha"] * x + a["beta"], 0, 1),
    "HardSwish": lambda a, x: x * torch.clamp(x / 6 + 0.5, 0, 1),
    "Identity": lambda a, x: x,
    "LeakyRelu": lambda a, x: torch.where(x < 0, a["alpha"] * x, x),
    "MatMul": lambda a, x, y: x @ y,
    "MaxPool": max_pool,
    "Mul": lambda a, x, y: x * y,
    "Relu": lambda a, x: torch.clamp(x, min=0),
    "Selu": lambda a, x: 1.0507009873554805 * torch.where(x < 0, 1.6732632423543772 * (torch.exp(x) - 1), x),
    "Sigmoid": lambda a, x: 1 / (1 + torch.exp(-x)),
    "Slice": slice_,
    "Softplus": lambda a, x: torch.log1p(torch.exp(x)),
    "Tanh": lambda a, x: torch.tanh(x),
    "Transpose": lambda a, x: x.permute(a["perm"]),
}


def evaluate(model, given):
    values = {t.name: torch.from_numpy(numpy_helper.to_array(t).copy()) for t in model.graph.initializer}
    (entry,) = model.graph.input
    assert entry.type.tensor_type.shape.dim[0].dim_param == "batch"
    sample = [d.dim_value for d in entry.type.tensor_type.shape.dim[1:]]
    values[entry.name] = torch.from_numpy(given.reshape([-1, *sample]))
    for node in model.graph.node:
        attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
        values[node.output[0]] = OPERATORS[node.op_type](attributes, *[values[name] for name in node.input])
    output = model.graph.output[0]
    result = values[output.name]
    stated = [d.dim_value for d in output.type.tensor_type.shape.dim[1:]]
    assert list(result.shape[1:]) == stated, f"{list(result.shape)} is not the stated {stated}"
    return result.numpy()


def main(folder):
    for path in sorted(pathlib.Path(folder).glob("*.onnx")):
        try:
            model = onnx.load(str(path))
            onnx.checker.check_model(model, full_check=True)
            given = numpy.fromfile(str(path.with_suffix(".input")), dtype=numpy.float32)
            with torch.no_grad():
                evaluate(model, given).astype(numpy.float32).tofile(str(path.with_suffix(".output")))
        except Exception as error:
            sys.exit(f"{path.name}: {type(error).__name__}: {error}")


if __name__ == "__main__":
    main(sys.argv[1])
