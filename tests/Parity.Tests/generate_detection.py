"""Writes golden/detection.json: what torchvision 0.14 says of its SSD300, its loss, its detections and its colours.

Numbers come from a hash: u(k, i) in [0, 1) for element i of the k-th tensor. Weights of the k-th parameter, in alphabetical order, are
(2 u - 1) sqrt(6 / fan-in), those of one dimension 0.2 u - 0.1, and scale_weight is 5 + u. The input is u(1000, i) - 0.5.

The loss of NVIDIA's DeepLearningExamples has the same terms; each image is divided by its own matched boxes.
"""

import hashlib
import json
import pathlib

import numpy
import torch
import torchvision
from torchvision.models.detection.image_list import ImageList
from torchvision.transforms import functional

CLASSES = 90
SIZE = 300
FEW = 5
OBJECTS = [
    ([[30, 40, 200, 220], [100, 90, 180, 240], [5, 5, 30, 28]], [2, 1, 4]),
    ([[120.5, 60.25, 290, 299], [121, 61, 289, 298], [0, 0, 300, 300], [200, 10, 224, 40], [202, 12, 222, 38]], [1, 3, 2, 4, 4]),
]


def u(k, count):
    i = numpy.arange(count, dtype=numpy.uint64)
    h = (i * 2654435761 + k * 2246822519) & 0xFFFFFFFF
    h ^= h >> numpy.uint64(15)
    h = h * 2246822519 & 0xFFFFFFFF
    h ^= h >> numpy.uint64(13)
    return h / 2**32


def tensor(k, *shape):
    return torch.from_numpy(u(k, int(numpy.prod(shape))).astype(numpy.float32)).view(*shape)


def fill(model):
    parameters = dict(model.named_parameters())
    for k, key in enumerate(sorted(parameters)):
        data = parameters[key].data
        values = u(k, data.numel())
        if key == "backbone.scale_weight":
            values = 5 + values
        elif data.dim() == 1:
            values = 0.2 * values - 0.1
        else:
            values = (2 * values - 1) * (6 / data[0].numel()) ** 0.5
        data.copy_(torch.from_numpy(values.astype(numpy.float32)).view(data.shape))


def some(values, step):
    return [float(f"{v:.7g}") for v in values.detach().double().flatten()[::step].tolist()]


def network(model):
    described = "".join(
        f"{key} {json.dumps(list(value.shape), separators=(',', ':'))}\n" for key, value in sorted(model.state_dict().items()))
    fill(model)
    with torch.no_grad():
        maps = list(model.backbone(tensor(1000, 1, 3, SIZE, SIZE) - 0.5).values())
        head = model.head(maps)
    return {
        "parameters": sum(p.numel() for p in model.parameters()),
        "shapes": hashlib.sha256(described.encode()).hexdigest(),
        "maps": [list(m.shape[1:]) for m in maps],
        "boxes": some(head["bbox_regression"], 499), "boxNorm": float(head["bbox_regression"].double().norm()),
        "scores": some(head["cls_logits"], 9973), "scoreNorm": float(head["cls_logits"].double().norm()),
    }, maps


def detections(model, anchors):
    logits = 8 * tensor(1001, 1, anchors.shape[0], FEW) - 4
    logits[:, :, 0] += 3.5
    offsets = 4 * tensor(1002, 1, anchors.shape[0], 4) - 2
    found = model.postprocess_detections({"bbox_regression": offsets, "cls_logits": logits}, [anchors], [(SIZE, SIZE)])[0]
    assert len(found["boxes"]) == model.detections_per_img
    return {
        "boxes": some(found["boxes"] / SIZE, 1), "scores": some(found["scores"], 1), "labels": (found["labels"] - 1).tolist(),
    }


def per_image(model, offsets, logits, anchors, matched, targets):
    """The definition, image by image: positives and the hardest negatives, divided by the positives."""
    total = 0
    for o, l, a, m, t in zip(offsets, logits, anchors, matched, targets):
        positive = m >= 0
        labels = torch.where(positive, t["labels"][m.clamp(min=0)], torch.zeros_like(m))
        entropy = torch.nn.functional.cross_entropy(l, labels, reduction="none")
        wanted = model.box_coder.encode_single(t["boxes"][m[positive]], a[positive])
        count = int(positive.sum())
        hardest = entropy[~positive].sort(descending=True)[0][: 3 * count]
        boxes = torch.nn.functional.smooth_l1_loss(o[positive], wanted, reduction="sum")
        total = total + (boxes + entropy[positive].sum() + hardest.sum()) / max(count, 1)
    return total / len(offsets)


def losses(model, anchors):
    targets = [{"boxes": torch.tensor(b, dtype=torch.float32), "labels": torch.tensor(c)} for b, c in OBJECTS]
    matched = [
        model.proposal_matcher(torchvision.ops.box_iou(t["boxes"], anchors)) for t in targets]
    both = [anchors] * len(targets)
    stored = {"objects": [{"boxes": b, "classes": [c - 1 for c in labels]} for b, labels in OBJECTS],
              "matched": [int((m >= 0).sum()) for m in matched]}
    for name in ("perBatch", "perImage"):
        offsets = (2 * tensor(1003, 2, anchors.shape[0], 4) - 1).requires_grad_()
        logits = (4 * tensor(1004, 2, anchors.shape[0], FEW) - 2).requires_grad_()
        if name == "perBatch":
            parts = model.compute_loss(targets, {"bbox_regression": offsets, "cls_logits": logits}, both, matched)
            loss = parts["bbox_regression"] + parts["classification"]
        else:
            loss = per_image(model, offsets, logits, both, matched, targets)
        loss.backward()
        # Most gradients are 0, so their places count: a sum of each with a weight of its own.
        stored[name] = {"loss": float(loss.double()), "gradients": [
            {"norm": float(g.double().norm()), "weighted": float((g.double() * tensor(1005, *g.shape).double()).sum()),
             "largest": float(g.double().abs().max()), "nonzero": int((g != 0).sum())} for g in (offsets.grad, logits.grad)]}
    return stored


def colours():
    image = tensor(1006, 3, 5, 7)
    return {
        "brightness": some(functional.adjust_brightness(image, 1.4), 1),
        "contrast": some(functional.adjust_contrast(image, 0.6), 1),
        "saturation": some(functional.adjust_saturation(image, 1.5), 1),
        "hue": some(functional.adjust_hue(image, -0.07), 1),
    }


def main():
    torch.set_num_threads(1)
    model = torchvision.models.detection.ssd300_vgg16(weights=None, weights_backbone=None, num_classes=CLASSES + 1).eval()
    stored, maps = network(model)
    image = torch.zeros(1, 3, SIZE, SIZE)
    anchors = model.anchor_generator(ImageList(image, [(SIZE, SIZE)]), maps)[0]
    print({key: value for key, value in stored.items() if key.endswith("orm")}, flush=True)
    text = json.dumps({
        "vgg": stored,
        "defaultBoxes": some(torchvision.ops.box_convert(anchors, "xyxy", "cxcywh") / SIZE, 97),
        "detections": detections(model, anchors), "loss": losses(model, anchors), "colours": colours(),
    }, separators=(",", ":"))
    (pathlib.Path(__file__).parent / "golden" / "detection.json").write_text(text.replace('},"', '},\n"') + "\n")


main()
