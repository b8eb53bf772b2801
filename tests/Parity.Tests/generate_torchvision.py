"""Writes golden/torchvision.json: what torchvision 0.14 computes for every network of the zoo that has its name.

Weights are those of the other golden files, with the names in alphabetical order, since a graph's nodes may have another order than
a module's children: for the k-th parameter (buffers not counted), element i,
0.05 sin(0.7 k + 0.013 i + 1) + 0.02 cos(0.11 i (1 + k mod 7)), plus 1 for the weight of a batch or layer norm. The input is
sin(0.01 i). Sums of such waves nearly vanish, and without batch norms nothing scales them up again: the weights of an attention in
reverse order changed swin_t's logits by a part in 10^12. So in networks with layer norms, parameters of two dimensions and more are
0.4 h - 0.2, where h in [0, 1) is a hash of k and i. running_mean is 0 and running_var is the first power of 4 that keeps the logits
below 1e6, so that nothing overflows.

Stored are the number of parameters, a SHA-256 of the sorted names and shapes, every 20th logit (of a segmentation every 2011th)
and the norm of all.

    python3 generate_torchvision.py            all networks
    python3 generate_torchvision.py --add N M  networks N and M, beside what is stored
    python3 generate_torchvision.py --names N  prints the names and shapes of network N
"""

import hashlib
import json
import pathlib
import sys

import numpy
import torch
import torchvision

NAMES = """
    resnet18 resnet34 resnet50 resnet101 resnet152 resnext50_32x4d wide_resnet50_2
    vgg11 vgg11_bn vgg13 vgg13_bn vgg16 vgg16_bn vgg19 vgg19_bn alexnet mobilenet_v2 mobilenet_v3_small mobilenet_v3_large
    densenet121 densenet161 densenet169 densenet201 googlenet inception_v3 squeezenet1_0 squeezenet1_1
    shufflenet_v2_x0_5 shufflenet_v2_x1_0 shufflenet_v2_x1_5 shufflenet_v2_x2_0 mnasnet0_5 mnasnet0_75 mnasnet1_0 mnasnet1_3
    efficientnet_b0 efficientnet_b1 efficientnet_b2 efficientnet_b3 efficientnet_b4 efficientnet_b5 efficientnet_b6 efficientnet_b7
    efficientnet_v2_s regnet_x_400mf regnet_x_800mf regnet_x_1_6gf regnet_x_3_2gf regnet_y_400mf regnet_y_800mf regnet_y_1_6gf
    regnet_y_3_2gf convnext_tiny convnext_small convnext_base vit_b_16 vit_b_32 vit_l_16 swin_t swin_s swin_b swin_v2_t maxvit_t
""".split()
SEGMENTATION = ["fcn_resnet50", "fcn_resnet101", "deeplabv3_resnet50", "deeplabv3_resnet101"]
# In an image of 100 pixels swin's windows and merged patches overhang at every stage.
SIZES = {"swin_v2_t": 256, "swin_s": 100} | {name: 73 for name in SEGMENTATION}
# Heads that only training uses are not in our networks; relative positions are computed, not stored.
WITHOUT_HEADS = {"googlenet": {"aux_logits": False, "init_weights": False}, "inception_v3": {"aux_logits": False, "init_weights": False}}
COMPUTED = ("relative_position_index", "relative_coords_table")


def build(name):
    if name in SEGMENTATION:
        return getattr(torchvision.models.segmentation, name)(weights=None, weights_backbone=None, aux_loss=False).eval()
    return getattr(torchvision.models, name)(weights=None, **WITHOUT_HEADS.get(name, {})).eval()


def names_and_shapes(model):
    return [(key, list(value.shape)) for key, value in sorted(model.state_dict().items()) if not key.endswith(COMPUTED)]


def fill(model):
    kinds = (torch.nn.modules.batchnorm._BatchNorm, torch.nn.LayerNorm)
    norms = {f"{path}.weight" for path, module in model.named_modules() if isinstance(module, kinds)}
    hashes = any(isinstance(module, torch.nn.LayerNorm) for module in model.modules())
    parameters = dict(model.named_parameters())
    for k, key in enumerate(sorted(parameters)):
        flat = parameters[key].data.view(-1)
        for start in range(0, flat.numel(), 1 << 22):
            i = numpy.arange(start, min(start + (1 << 22), flat.numel()))
            chunk = hashed(k, i) if hashes and parameters[key].dim() > 1 else waves(k, i) + (key in norms)
            flat[start : start + len(i)] = torch.from_numpy(chunk.astype(numpy.float32))


def waves(k, i):
    return 0.05 * numpy.sin(0.7 * k + 0.013 * i + 1) + 0.02 * numpy.cos(0.11 * i * (1 + k % 7))


def hashed(k, i):
    h = (i.astype(numpy.uint64) * 2654435761 + k * 2246822519) & 0xFFFFFFFF
    h ^= h >> numpy.uint64(15)
    h = h * 2246822519 & 0xFFFFFFFF
    h ^= h >> numpy.uint64(13)
    return 0.4 * (h / 2**32) - 0.2


@torch.no_grad()
def logits(model, size):
    x = torch.from_numpy(numpy.sin(0.01 * numpy.arange(3 * size * size)).astype(numpy.float32)).view(1, 3, size, size)
    norms = [module for module in model.modules() if isinstance(module, torch.nn.modules.batchnorm._BatchNorm)]
    for power in range(20):
        for norm in norms:
            norm.running_var.fill_(4.0**power)
        out = model(x)
        out = (out["out"] if isinstance(out, dict) else out)[0].double().flatten()
        if torch.isfinite(out).all() and out.abs().max() < 1e6 or not norms:
            return 4**power, out
    raise ValueError("no running variance tames it")


def main():
    torch.set_num_threads(1)
    if sys.argv[1:2] == ["--names"]:
        for key, shape in names_and_shapes(build(sys.argv[2])):
            print(key, shape)
        return
    file = pathlib.Path(__file__).parent / "golden" / "torchvision.json"
    names, lines = NAMES + SEGMENTATION, []
    if sys.argv[1:2] == ["--add"]:
        names = sys.argv[2:]
        lines = [json.dumps(model) for model in json.loads(file.read_text()) if model["name"] not in names]
    for name in names:
        model = build(name)
        described = "".join(f"{key} {json.dumps(shape, separators=(',', ':'))}\n" for key, shape in names_and_shapes(model))
        fill(model)
        size = SIZES.get(name, 224)
        variance, out = logits(model, size)
        assert torch.isfinite(out).all(), name
        lines.append(json.dumps({
            "name": name,
            "size": size,
            "parameters": sum(p.numel() for p in model.parameters()),
            "shapes": hashlib.sha256(described.encode()).hexdigest(),
            "running_var": variance,
            "step": (step := 2011 if name in SEGMENTATION else 20),
            "logits": [float(f"{value:.7g}") for value in out[::step].tolist()],
            "norm": float(f"{out.norm().item():.7g}"),
        }))
        print(name, variance, f"{out.abs().max():.4g}", flush=True)
    text = "[\n" + ",\n".join(lines) + "\n]\n"
    file.write_text(text)


main()
