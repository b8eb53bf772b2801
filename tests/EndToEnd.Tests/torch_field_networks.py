"""Exports small networks into a folder as people do: names of their own, a free batch."""
import os
import sys

import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn


class Image(nn.Module):
    def __init__(self, shape=None, last=False):
        super().__init__()
        self.a, self.b, self.fc = nn.Conv2d(3, 32, 3), nn.Conv2d(32, 24, 3), nn.Linear(24, 10)
        self.value, self.last = None if shape is None else nn.Parameter(torch.rand(shape)), last

    def forward(self, x):
        x = self.a(x)
        if self.last:
            x = (x.permute(0, 2, 3, 1) * self.value).permute(0, 3, 1, 2)
        elif self.value is not None:
            x = x + self.value
        return self.fc(torch.relu(self.b(torch.relu(x))).mean((2, 3)))


class Scaled(nn.Module):
    """A block with a factor of its own for each feature of its branch, as in LayerScale."""

    def __init__(self):
        super().__init__()
        self.patches, self.mlp1, self.mlp2, self.fc = nn.Conv2d(3, 24, 4, 4), nn.Linear(24, 48), nn.Linear(48, 24), nn.Linear(24, 10)
        self.gamma, self.norm = nn.Parameter(torch.rand(24)), nn.LayerNorm(24)

    def forward(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2)
        x = x + self.gamma * self.mlp2(torch.relu(self.mlp1(self.norm(x))))
        return self.fc(x.mean(1))


class Sequence(nn.Module):
    def __init__(self, state):
        super().__init__()
        self.lstm, self.fc, self.state = nn.LSTM(6, 24, batch_first=True), nn.Linear(24, 4), state

    def forward(self, x):
        steps, (last, _) = self.lstm(x)
        return self.fc(last[-1] if self.state else steps[:, -1])


networks = {
    "plain": Image(),
    "shift": Image((32, 1, 1)),
    "learned bias": Image((1, 32, 14, 14)),
    "channels last": Image((32,), last=True),
    "layer scale": Scaled(),
    "last step": Sequence(state=False),
    "last state": Sequence(state=True),
}
torch.set_num_threads(1)
torch.manual_seed(0)
for name, network in networks.items():
    sample = torch.zeros(1, 10, 6) if isinstance(network, Sequence) else torch.zeros(1, 3, 16, 16)
    torch.onnx.export(
        network.eval(), sample, os.path.join(sys.argv[1], name + ".onnx"), opset_version=14, input_names=["signal"], output_names=["scores"],
        dynamic_axes={"signal": {0: "n"}, "scores": {0: "n"}})


def write(model, name):
    os.makedirs(os.path.join(sys.argv[1], "derived"), exist_ok=True)
    onnx.save(model, os.path.join(sys.argv[1], "derived", name))


# The plain network with numbers of 16 bits, with its class as a second output, and with a weight that is no number.
model = onnx.load(os.path.join(sys.argv[1], "plain.onnx"))
model.graph.node.append(helper.make_node("ArgMax", ["scores"], ["class"], axis=1))
model.graph.output.append(helper.make_tensor_value_info("class", TensorProto.INT64, ["n", 1]))
write(model, "class.onnx")
model = onnx.load(os.path.join(sys.argv[1], "plain.onnx"))
bias = next(tensor for tensor in model.graph.initializer if tensor.name == "fc.bias")
bias.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(bias) * float("nan"), bias.name))
write(model, "nan.onnx")
model = onnx.load(os.path.join(sys.argv[1], "plain.onnx"))
for tensor in model.graph.initializer:
    tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor).astype("float16"), tensor.name))
for value in [*model.graph.input, *model.graph.output]:
    value.type.tensor_type.elem_type = TensorProto.FLOAT16
write(model, "half.onnx")
