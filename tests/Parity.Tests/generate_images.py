#!/usr/bin/python3
"""Writes golden/images.json: what Pillow decodes and resizes, and what torchvision's transforms make of images.

Run it with Debian's python3-torchvision (0.14) and python3-pil (9.4): /usr/bin/python3 tests/Parity.Tests/generate_images.py

Images are noise from a hash of integers, the hardest case for a filter: channel c of pixel (y, x) of image k, H x W, is
the hash of (k, (y W + x) 3 + c) over 2^24.
"""

import base64
import io
import json
import pathlib

import numpy
import PIL
import torch
import torchvision
from PIL import Image
from torchvision import transforms

MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
DRAWS = 40000


def noise(stream, height, width, samples=3):
    x = (numpy.arange(height * width * samples, dtype=numpy.uint64) + stream * 0x9E3779B9) & 0xFFFFFFFF
    x = ((x ^ (x >> 16)) * 0x45D9F3B) & 0xFFFFFFFF
    x = ((x ^ (x >> 16)) * 0x45D9F3B) & 0xFFFFFFFF
    x ^= x >> 16
    return (x >> 24).astype(numpy.uint8).reshape(height, width, samples)


def pixels(image):
    return numpy.asarray(image).reshape(-1).tolist()


def middles():
    cases = []
    for k, (height, width, resize, size) in enumerate(
        [(23, 31, 18, 16), (40, 29, 18, 15), (16, 16, 16, 16), (9, 12, 20, 16), (120, 90, 18, 16), (64, 64, 73, 64)]
    ):
        image = Image.fromarray(noise(k, height, width))
        steps = transforms.Compose([transforms.Resize(resize), transforms.CenterCrop(size)])
        case = dict(height=height, width=width, resize=resize, size=size)
        case["pixels"] = pixels(steps(image)) if size < 64 else pixels(steps(image))[: 3 * size * 4]
        tensor = transforms.Compose([steps, transforms.ToTensor(), transforms.Normalize(MEAN, DEVIATION)])(image)
        case["normalized"] = [float(f"{value:.9g}") for value in tensor[:, 0, :].reshape(-1)]
        cases.append(case)
    return cases


def windows():
    cases = []
    for k, (height, width, top, left, tall, wide, size) in enumerate(
        [(40, 50, 3, 7, 30, 41, 16), (40, 50, 0, 0, 40, 50, 16), (20, 20, 11, 5, 7, 9, 16), (20, 33, 19, 32, 1, 1, 8)]
    ):
        image = Image.fromarray(noise(100 + k, height, width))
        made = transforms.functional.resized_crop(image, top, left, tall, wide, [size, size])
        cases.append(
            dict(height=height, width=width, top=top, left=left, tall=tall, wide=wide, size=size, pixels=pixels(made))
        )
    return cases


def draws():
    torch.manual_seed(0)
    cases = []
    for height, width in [(375, 500), (64, 64), (40, 400), (500, 90)]:
        image = Image.new("RGB", (width, height))
        crop = transforms.RandomResizedCrop(224)
        values = numpy.array([crop.get_params(image, crop.scale, crop.ratio) for _ in range(DRAWS)], dtype=float)
        cases.append(
            dict(height=height, width=width, mean=values.mean(0).tolist(), deviation=values.std(0).tolist())
        )
    return cases


def files():
    # Smooth, so that the files are small.
    y, x = numpy.mgrid[0:11, 0:14]
    colours = numpy.stack([10 * x + 5 * y, 250 - 8 * x, 20 * y + x], 2).astype(numpy.uint8)
    image = Image.fromarray(colours)
    inks = Image.fromarray(numpy.concatenate([colours, colours[:, ::-1, :1]], 2), "CMYK")
    clear = Image.fromarray(numpy.concatenate([colours, colours[:, :, :1]], 2), "RGBA")
    turned = Image.Exif()
    turned[0x0112] = 6
    cases = []
    for name, picture, options in [
        ("jpeg", image, dict(format="JPEG", quality=85)),
        ("jpeg-full-colour", image, dict(format="JPEG", quality=85, subsampling=0)),
        ("jpeg-progressive", image, dict(format="JPEG", quality=85, progressive=True)),
        ("jpeg-grey", image.convert("L"), dict(format="JPEG", quality=85)),
        ("jpeg-inks", inks, dict(format="JPEG", quality=85)),
        ("jpeg-turned", image, dict(format="JPEG", quality=85, exif=turned)),
        ("png", image, dict(format="PNG")),
        ("png-grey", image.convert("L"), dict(format="PNG")),
        ("png-palette", image.convert("P"), dict(format="PNG")),
        ("png-clear", clear, dict(format="PNG")),
        ("png-grey-clear", clear.convert("LA"), dict(format="PNG")),
    ]:
        file = io.BytesIO()
        picture.save(file, **options)
        read = Image.open(io.BytesIO(file.getvalue())).convert("RGB")
        text = base64.b64encode(file.getvalue()).decode()
        cases.append(dict(name=name, height=read.height, width=read.width, file=text, pixels=pixels(read)))
    return cases


if __name__ == "__main__":
    torch.set_num_threads(1)
    golden = dict(
        made_with=f"Pillow {PIL.__version__}, torchvision {torchvision.__version__}",
        draw_count=DRAWS,
        files=files(),
        middles=middles(),
        windows=windows(),
        draws=draws(),
    )
    text = "{\n" + ",\n".join(
        f'"{key}":' + (
            "[\n" + ",\n".join(json.dumps(case, separators=(",", ":")) for case in value) + "\n]"
            if isinstance(value, list) else json.dumps(value)
        )
        for key, value in golden.items()
    ) + "\n}\n"
    (pathlib.Path(__file__).parent / "golden" / "images.json").write_text(text)
