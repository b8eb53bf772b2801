"""Writes golden/coco.json: what COCO's own program says of made-up images with objects, crowds and detections.

It needs numpy, gcc and a copy of github.com/cocodataset/cocoapi:

    python3 generate_coco.py COCOAPI

Boxes are [x, y, width, height]. Many lie on a grid of 4 pixels and scores are tenths, so that overlaps and scores are often equal.
"""

import contextlib
import ctypes
import io
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import types
import unittest.mock

import numpy

SIZE = 200
CLASSES = 4
EXACT = ("AP", "AP50", "AP75", "APs", "APm", "APl", "AR1", "AR10", "AR100", "ARs", "ARm", "ARl")


def load(root):
    """COCO's evaluator, with its own intersection over union out of maskApi.c."""
    library = pathlib.Path(tempfile.mkdtemp()) / "mask.so"
    common = root / "common"
    subprocess.run(["gcc", "-O2", "-shared", "-fPIC", f"-I{common}", "-o", library, common / "maskApi.c", "-lm"], check=True)
    native = ctypes.CDLL(str(library))

    def iou(detections, objects, crowds):
        if not detections or not objects:
            return []
        d, g = (numpy.ascontiguousarray(boxes, dtype=numpy.float64) for boxes in (detections, objects))
        crowd = numpy.ascontiguousarray(crowds, dtype=numpy.uint8)
        out = numpy.zeros(len(d) * len(g))
        native.bbIou(*(ctypes.c_void_p(a.ctypes.data) for a in (d, g)), ctypes.c_ulong(len(d)), ctypes.c_ulong(len(g)),
                     *(ctypes.c_void_p(a.ctypes.data) for a in (crowd, out)))
        return out.reshape((len(d), len(g)), order="F")

    stub = types.ModuleType("pycocotools._mask")
    stub.iou, stub.merge, stub.frPyObjects = iou, None, None
    for name in ("matplotlib", "matplotlib.pyplot", "matplotlib.collections", "matplotlib.patches"):
        sys.modules[name] = unittest.mock.MagicMock()
    sys.modules["pycocotools._mask"] = stub
    sys.path.insert(0, str(root / "PythonAPI"))
    numpy.float = float
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    return COCO, COCOeval


def box(dice):
    side = dice.choice([8, 24, 32, 60, 96, 140])
    width, height = side, dice.choice([side, side, max(4, side // 2)])
    if dice.random() < 0.5:
        width, height = width + round(dice.random(), 2), height + round(dice.random(), 2)
    x, y = (dice.randrange(0, max(1, SIZE - side), 4) for _ in range(2))
    return [x, y, width, height]


def moved(dice, original):
    x, y, width, height = original
    steps = [0, 0, 1, -1, 3, -4]
    return [x + dice.choice(steps), y + dice.choice(steps), width + dice.choice([0, 0, 2]), height + dice.choice([0, 0, 3])]


def case(seed, images, crowded):
    dice = random.Random(seed)
    made = []
    for _ in range(images):
        objects, detections = [], []
        for _ in range(dice.choice([0, 1, 3, 6])):
            b = box(dice)
            objects.append({"category": dice.randrange(CLASSES - 1), "box": b, "crowd": int(dice.random() < 0.15),
                            "area": b[2] * b[3] * dice.choice([1, 1, 0.6])})
        for o in objects:
            for _ in range(dice.choice([0, 1, 2])):
                detections.append({"category": o["category"], "box": moved(dice, o["box"]), "score": dice.randrange(11) / 10})
        for _ in range(dice.choice([0, 2, crowded])):
            detections.append({"category": dice.randrange(CLASSES), "box": box(dice), "score": dice.randrange(11) / 10})
        made.append({"objects": objects, "detections": detections})
    return made


def figures(coco, evaluator, images):
    truth = {"images": [{"id": i} for i in range(len(images))], "categories": [{"id": c} for c in range(CLASSES)], "annotations": []}
    found = []
    for i, image in enumerate(images):
        for o in image["objects"]:
            truth["annotations"].append({"id": len(truth["annotations"]) + 1, "image_id": i, "category_id": o["category"],
                                         "bbox": o["box"], "area": o["area"], "iscrowd": o["crowd"]})
        found += [{"image_id": i, "category_id": d["category"], "bbox": d["box"], "score": d["score"]} for d in image["detections"]]
    with contextlib.redirect_stdout(io.StringIO()):
        known = coco()
        known.dataset = truth
        known.createIndex()
        run = evaluator(known, known.loadRes(found), "bbox")
        run.evaluate()
        run.accumulate()
        run.summarize()
    precision = run.eval["precision"][:, :, :, 0, 2]
    by_class = [float(p[p > -1].mean()) if (p > -1).any() else -1.0 for p in (precision[:, :, c] for c in range(CLASSES))]
    return dict(zip(EXACT, map(float, run.stats))), by_class


def main():
    coco, evaluator = load(pathlib.Path(sys.argv[1]))
    lines = []
    for seed, images, crowded in ((1, 12, 4), (2, 30, 1), (3, 5, 460), (4, 25, 3)):
        made = case(seed, images, crowded)
        stats, by_class = figures(coco, evaluator, made)
        print(seed, {name: round(value, 4) for name, value in stats.items()}, flush=True)
        lines.append(json.dumps({"classes": CLASSES, "stats": stats, "classAp": by_class, "images": made}, separators=(",", ":")))
    (pathlib.Path(__file__).parent / "golden" / "coco.json").write_text("[\n" + ",\n".join(lines) + "\n]\n")


main()
