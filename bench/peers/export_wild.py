#!/usr/bin/python3
"""Networks of today's kinds as ONNX files, written by PyTorch's exporter: torchvision's detectors, networks of videos and optical flow, and
those of wild_networks.py and wild_sequences.py. Prints one line of JSON a network.

usage: export_wild.py FOLDER [--only NAME ...]

Weights are random (seed 0), with noise where they start as one number; batch norms have the statistics of one batch. Each network is a file
FOLDER/NAME.onnx, written in a process by itself; what is there already is left alone.
"""

import argparse
import json
import os
import subprocess
import sys
import warnings

try:
    import torch
    import torchvision
    from torch import nn
except ImportError:
    print(json.dumps({"skipped": "PyTorch and torchvision are not installed (Debian: apt-get install python3-torchvision)"}))
    sys.exit(0)

import wild_networks as nets
import wild_sequences as more

OPSET = 16
DETECTORS = (
    "ssdlite320_mobilenet_v3_large", "fasterrcnn_mobilenet_v3_large_320_fpn", "fasterrcnn_mobilenet_v3_large_fpn", "ssd300_vgg16", "fcos_resnet50_fpn",
    "retinanet_resnet50_fpn", "retinanet_resnet50_fpn_v2", "fasterrcnn_resnet50_fpn", "fasterrcnn_resnet50_fpn_v2", "maskrcnn_resnet50_fpn",
    "maskrcnn_resnet50_fpn_v2", "keypointrcnn_resnet50_fpn")
VIDEOS = ("r3d_18", "mc3_18", "r2plus1d_18", "s3d", "mvit_v1_b")


def sound(frames=100):
    return torch.rand(1, 20, frames)


NETWORKS = {
    "detr": lambda: (nets.Detr(), nets.image(128)),
    "yolo_v5": lambda: (nets.YoloV5(), nets.image()),
    "yolo_v8": lambda: (nets.YoloV8(), nets.image()),
    "centernet": lambda: (nets.CenterNet(), nets.image()),
    "unet": lambda: (nets.Unet(), nets.image()),
    "diffusion": lambda: (nets.Diffusion(), (nets.image(32), torch.tensor([7.0]))),
    "style": lambda: (nets.Style(), nets.image()),
    "super_resolution": lambda: (nets.super_resolution(), nets.image(32, 1)),
    "generator": lambda: (nets.generator(), torch.rand(1, 32, 1, 1)),
    "vae": lambda: (nets.Vae(), (nets.image(32), torch.rand(1, 16))),
    "hrnet": lambda: (nets.Hrnet(), nets.image()),
    "spatial_transformer": lambda: (nets.SpatialTransformer(), nets.image()),
    "ghostnet": lambda: (nets.ghostnet(), nets.image()),
    "repvgg": lambda: (nets.repvgg(), nets.image()),
    "mixer": lambda: (nets.Mixer(), nets.image()),
    "mobilevit": lambda: (nets.MobileVit(), nets.image()),
    "efficientformer": lambda: (nets.EfficientFormer(), nets.image()),
    "siamese": lambda: (nets.Siamese(), (nets.image(32, 1), nets.image(32, 1))),
    "bert": lambda: (more.Bert(), (nets.tokens(), torch.ones(1, 24, dtype=torch.long), torch.zeros(1, 24, dtype=torch.long))),
    "gpt2": lambda: (more.Gpt2(), nets.tokens()),
    "llama": lambda: (more.Llama(), nets.tokens()),
    "t5_encoder": lambda: (more.T5Encoder(), nets.tokens()),
    "whisper_encoder": lambda: (more.Whisper(), sound()),
    "clip": lambda: (more.Clip(), (nets.image(), nets.tokens(12))),
    "translator": lambda: (more.Translator(), (nets.tokens(), nets.tokens())),
    "lstm_tagger": lambda: (more.Tagger(nn.LSTM), nets.tokens()),
    "gru_tagger": lambda: (more.Tagger(nn.GRU), nets.tokens()),
    "crnn": lambda: (more.Crnn(), torch.rand(1, 1, 32, 64)),
    "m5": lambda: (more.m5(), torch.rand(1, 1, 8000)),
    "wavenet": lambda: (more.Wavenet(), torch.rand(1, 1, 200)),
    "conformer": lambda: (more.Conformer(), torch.rand(1, 40, 20)),
    "speaker": lambda: (more.Speaker(), sound()),
    "conv_lstm": lambda: (more.ConvLstm(), torch.rand(1, 4, 3, 16, 16)),
    "pointnet": lambda: (more.PointNet(), torch.rand(1, 3, 100)),
    "graph": lambda: (more.GraphNet(), (torch.rand(1, 12, 8), (torch.rand(1, 12, 12) > 0.5).float())),
    "dlrm": lambda: (more.Dlrm(), (torch.rand(1, 7), torch.randint(0, 50, (1, 3)))),
    "raft_small": lambda: (nets.Raft(), (nets.image(128), nets.image(128))),
}


def build(name):
    torch.manual_seed(0)
    if name in DETECTORS:
        return torchvision.models.get_model(name, weights=None, weights_backbone=None), ([torch.rand(3, 320, 320)],)
    if name in VIDEOS:
        size = 224 if name in ("mvit_v1_b", "s3d") else 112
        return torchvision.models.get_model(name, weights=None), (torch.rand(1, 3, 16, size, size),)
    model, inputs = NETWORKS[name]()
    return model, inputs if isinstance(inputs, tuple) else (inputs,)


@torch.no_grad()
def vary(model, inputs):
    """Noise for what starts as one number, which the exporter would write once, and statistics of a batch for batch norms."""
    for parameter in model.parameters():
        if parameter.dim() < 2 or parameter.std() == 0:
            parameter += 0.02 * torch.randn_like(parameter)
    if isinstance(inputs[0], list):
        inputs = (inputs[0] * 2,)
    norms = [module for module in model.modules() if isinstance(module, nn.modules.batchnorm._BatchNorm)]
    for norm in norms:
        norm.momentum = None
        norm.train()
    if norms:
        model(*inputs)


def export(name, folder):
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    model, inputs = build(name)
    model.eval()
    vary(model, inputs)
    path = os.path.join(folder, name + ".onnx")
    torch.onnx.export(model.eval(), inputs, path + ".part", opset_version=OPSET)
    os.rename(path + ".part", path)
    return {"bytes": os.path.getsize(path), "parameters": sum(parameter.numel() for parameter in model.parameters())}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--only", nargs="*")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        print(json.dumps(export(arguments.child, arguments.folder)))
        return

    os.makedirs(arguments.folder, exist_ok=True)
    for name in arguments.only or [*NETWORKS, *VIDEOS, *DETECTORS]:
        result = {"network": name}
        if not os.path.exists(os.path.join(arguments.folder, name + ".onnx")):
            command = [sys.executable, __file__, arguments.folder, "--child", name]
            child = subprocess.run(command, capture_output=True, text=True)
            if child.returncode == 0:
                result.update(json.loads(child.stdout.splitlines()[-1]))
            else:
                lines = [line.strip() for line in child.stderr.splitlines() if line.strip()]
                result["failed"] = lines[-1][:400] if child.returncode > 0 and lines else f"ended by signal {-child.returncode}"
        print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
