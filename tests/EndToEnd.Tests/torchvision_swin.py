"""Writes a small Swin transformer of torchvision 0.14, for images of 3x32x32 and 10 classes, to the file that is named, as ONNX."""
import sys

import torch
from torchvision.models.swin_transformer import SwinTransformer

torch.set_num_threads(1)
torch.manual_seed(0)
network = SwinTransformer(
    patch_size=[4, 4], embed_dim=16, depths=[2, 2], num_heads=[2, 4], window_size=[4, 4], num_classes=10)
torch.onnx.export(
    network.eval(), torch.zeros(1, 3, 32, 32), sys.argv[1], opset_version=13, input_names=["images"],
    output_names=["logits"], dynamic_axes={"images": {0: "batch"}, "logits": {0: "batch"}})
