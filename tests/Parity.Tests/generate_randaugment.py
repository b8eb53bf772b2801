#!/usr/bin/python3
"""Writes golden/randaugment.json: what torchvision's RandAugment makes of a small image, operation by operation.

Run it with Debian's python3-torchvision (0.14): /usr/bin/python3 tests/Parity.Tests/generate_randaugment.py
Value i of the image [3, 8, 9] is (7 i i + 31 i) mod 256, and that mod 100 in the second channel, so that channels differ in range.
"""

import json
import pathlib

import torch
from torchvision.transforms import InterpolationMode
from torchvision.transforms.autoaugment import _apply_op

SHAPE = (3, 8, 9)
CASES = [
    ("ShearX", 0.3), ("ShearX", -0.1), ("ShearY", 0.3), ("ShearY", -0.1), ("TranslateX", 3.0), ("TranslateX", -2.0), ("TranslateY", 2.0),
    ("TranslateY", -3.0), ("Rotate", 30.0), ("Rotate", -9.0), ("Brightness", 0.9), ("Brightness", -0.27), ("Color", 0.9), ("Color", -0.27),
    ("Contrast", 0.9), ("Contrast", -0.27), ("Sharpness", 0.9), ("Sharpness", -0.27), ("Posterize", 4.0), ("Posterize", 7.0),
    ("Solarize", 178.5), ("Solarize", 0.0), ("AutoContrast", 0.0), ("Equalize", 0.0),
]


def main():
    values = [(7 * i * i + 31 * i) % 256 for i in range(SHAPE[0] * SHAPE[1] * SHAPE[2])]
    plane = SHAPE[1] * SHAPE[2]
    values = [v % 100 if i // plane == 1 else v for i, v in enumerate(values)]
    image = torch.tensor(values, dtype=torch.uint8).view(SHAPE)
    # Equalize leaves an image of few pixels alone: its own is 40 of these side by side, darkened.
    wide = (image.repeat(1, 5, 8) // 2).contiguous()
    cases = []
    for name, magnitude in CASES:
        source = wide if name == "Equalize" else image
        out = _apply_op(source, name, magnitude, InterpolationMode.NEAREST, None)
        cases.append({"operation": name, "magnitude": magnitude, "values": out.flatten()[:: 37 if name == "Equalize" else 1].tolist()})
    path = pathlib.Path(__file__).parent / "golden" / "randaugment.json"
    path.write_text(json.dumps({"image": values, "cases": cases}, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
