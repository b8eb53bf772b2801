"""Writes a small residual network for grey images of 28x28 and 10 classes as ONNX.

Arguments: the file, and whether batch norms are kept or folded into the convolutions before them.
"""
import sys

import torch
from torch import nn


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.shortcut = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = torch.relu(self.bn1(self.conv1(x)))
        return torch.relu(self.bn2(self.conv2(y)) + self.shortcut(x))


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(1, 8, 3, 1, 1)
        self.blocks = nn.Sequential(Block(8, 16, 2), Block(16, 32, 2))
        self.fc = nn.Linear(32, 10)

    def forward(self, x):
        return self.fc(self.blocks(torch.relu(self.stem(x))).mean((2, 3)))


torch.set_num_threads(1)
torch.manual_seed(0)
file, norms = sys.argv[1:]
modes = {"kept": torch.onnx.TrainingMode.PRESERVE, "folded": torch.onnx.TrainingMode.EVAL}
axes = {"images": {0: "batch"}, "logits": {0: "batch"}}
torch.onnx.export(
    Network().eval(), torch.zeros(1, 1, 28, 28), file, opset_version=13, training=modes[norms],
    do_constant_folding=norms == "folded", input_names=["images"], output_names=["logits"], dynamic_axes=axes)
