"""Exports small networks of videos, volumes and sequences into a folder, with a free batch."""
import os
import sys

import onnx
import torch
from torch import nn


def unit(inputs, outputs, kernel, stride=1, groups=1, relu=True):
    padding = tuple(size // 2 for size in kernel)
    parts = [nn.Conv3d(inputs, outputs, kernel, stride, padding, groups=groups, bias=False), nn.BatchNorm3d(outputs)]
    return nn.Sequential(*parts, *([nn.ReLU()] if relu else []))


class C3d(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv3d(3, 16, 3, padding=1), nn.ReLU(), nn.MaxPool3d((1, 2, 2)), nn.Conv3d(16, 24, 3, padding=1), nn.ReLU(),
            nn.MaxPool3d(2, ceil_mode=True), nn.Conv3d(24, 24, (2, 3, 3), dilation=(1, 1, 1)), nn.ReLU(), nn.AvgPool3d((1, 2, 2)))
        self.fc = nn.Sequential(nn.Linear(24, 32), nn.ReLU(), nn.Dropout(0.5), nn.Linear(32, 5))

    def forward(self, x):
        return self.fc(self.features(x).flatten(1))


class R2Plus1d(nn.Module):
    """Each convolution over space, then one over time; the second block halves all three sizes."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(unit(3, 12, (1, 3, 3), (1, 2, 2)), unit(12, 16, (3, 1, 1)))
        self.first = nn.Sequential(unit(16, 24, (1, 3, 3)), unit(24, 16, (3, 1, 1), relu=False))
        self.second = nn.Sequential(unit(16, 32, (1, 3, 3), (1, 2, 2)), unit(32, 24, (3, 1, 1), (2, 1, 1), relu=False))
        self.down = unit(16, 24, (1, 1, 1), (2, 2, 2), relu=False)
        self.fc = nn.Linear(24, 5)

    def forward(self, x):
        x = self.stem(x)
        x = torch.relu(x + self.first(x))
        x = torch.relu(self.down(x) + self.second(x))
        return self.fc(nn.functional.adaptive_avg_pool3d(x, 1).flatten(1))


class X3d(nn.Module):
    """Depthwise convolutions and a gate a channel."""

    def __init__(self):
        super().__init__()
        self.stem, self.wide = unit(3, 12, (1, 3, 3)), unit(12, 24, (1, 1, 1))
        self.deep, self.narrow = unit(24, 24, (3, 3, 3), (1, 2, 2), groups=24), unit(24, 16, (1, 1, 1), relu=False)
        self.squeeze, self.excite, self.fc = nn.Conv3d(24, 8, 1), nn.Conv3d(8, 24, 1), nn.Linear(16, 5)

    def forward(self, x):
        x = self.deep(self.wide(self.stem(x)))
        x = x * torch.sigmoid(self.excite(torch.relu(self.squeeze(nn.functional.adaptive_avg_pool3d(x, 1)))))
        return self.fc(nn.functional.silu(self.narrow(x)).mean((2, 3, 4)))


class Unet3d(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.norm, self.b = nn.Conv3d(3, 12, 3, padding=1), nn.InstanceNorm3d(12, affine=True), nn.Conv3d(12, 24, 3, padding=1)
        self.up, self.c, self.out = nn.ConvTranspose3d(24, 12, 2, 2), nn.Conv3d(24, 12, 3, padding=1), nn.Conv3d(12, 2, 1)

    def forward(self, x):
        a = torch.relu(self.norm(self.a(x)))
        b = torch.relu(self.b(nn.functional.max_pool3d(a, 2)))
        x = self.out(torch.relu(self.c(torch.cat([a, self.up(b)], 1))))
        return x.mean((2, 3, 4))


class Translator(nn.Module):
    """The decoder begins with the encoder's last states, and both are read."""

    def __init__(self, kind):
        super().__init__()
        self.encoder, self.decoder = kind(6, 20, batch_first=True), kind(6, 20, batch_first=True)
        self.fc = nn.Linear(20, 5)

    def forward(self, x):
        _, states = self.encoder(x)
        return self.fc(self.decoder(x.flip(2) * 0.5, states)[0][:, -1])


class Cells(nn.Module):
    """Both directions' last outputs and cells."""

    def __init__(self):
        super().__init__()
        self.lstm, self.fc = nn.LSTM(6, 16, num_layers=2, bidirectional=True, batch_first=True), nn.Linear(64, 5)

    def forward(self, x):
        _, (hidden, cells) = self.lstm(x)
        return self.fc(torch.cat([hidden[-2], hidden[-1], cells[-2], cells[-1]], 1))


class Plain(nn.Module):
    def __init__(self, kind, both=False, learned=False, **more):
        super().__init__()
        self.rnn, self.learned = kind(6, 24, batch_first=True, bidirectional=both, **more), learned
        self.first, self.fc = nn.Parameter(torch.rand(2 if both else 1, 1, 24)), nn.Linear(48 if both else 24, 5)

    def forward(self, x):
        states = self.first.expand(-1, x.shape[0], -1).contiguous() if self.learned else None
        return self.fc(self.rnn(x, states)[0].mean(1))


VIDEO, SEQUENCE = (3, 4, 16, 16), (7, 6)
networks = {
    "c3d": (C3d(), VIDEO), "r2plus1d": (R2Plus1d(), VIDEO), "x3d": (X3d(), VIDEO), "unet3d": (Unet3d(), VIDEO),
    "translator_lstm": (Translator(nn.LSTM), SEQUENCE), "translator_gru": (Translator(nn.GRU), SEQUENCE),
    "cells": (Cells(), SEQUENCE), "rnn": (Plain(nn.RNN), SEQUENCE), "rnn_relu": (Plain(nn.RNN, both=True, nonlinearity="relu"), SEQUENCE),
    "learned_state": (Plain(nn.GRU, both=True, learned=True), SEQUENCE), "keras_gru": (Plain(nn.GRU, both=True), SEQUENCE),
}
torch.set_num_threads(1)
torch.manual_seed(0)
for name, (network, shape) in networks.items():
    path = os.path.join(sys.argv[1], name + ".onnx")
    torch.onnx.export(
        network.eval(), torch.zeros(1, *shape), path, opset_version=14, input_names=["signal"], output_names=["scores"],
        do_constant_folding=False, training=torch.onnx.TrainingMode.PRESERVE, dynamic_axes={"signal": {0: "n"}, "scores": {0: "n"}})
    if name == "keras_gru":
        # PyTorch has no GRU whose gate works on the state before the product: it is only another attribute.
        model = onnx.load(path)
        gru = next(node for node in model.graph.node if node.op_type == "GRU")
        gru.attribute.remove(next(attribute for attribute in gru.attribute if attribute.name == "linear_before_reset"))
        onnx.save(model, path)
