#!/usr/bin/python3
"""Writes golden/pictures.json: what Pillow makes of BMP, GIF, WebP, TIFF and PPM files.

Run it with Debian's python3-pil (9.4): /usr/bin/python3 tests/Parity.Tests/generate_pictures.py
"""

import base64
import io
import json
import pathlib

import numpy
import PIL
from PIL import Image, TiffImagePlugin


def orientation(turn):
    directory = TiffImagePlugin.ImageFileDirectory_v2()
    directory[0x0112] = turn
    return directory


def pictures():
    # Smooth, so that the files are small.
    y, x = numpy.mgrid[0:11, 0:14]
    colours = numpy.stack([10 * x + 5 * y, 250 - 8 * x, 20 * y + x], 2).astype(numpy.uint8)
    image = Image.fromarray(colours)
    other = Image.fromarray(colours[::-1].copy())
    grey, bits, few = image.convert("L"), image.convert("1"), image.quantize(16)
    clear = Image.fromarray(numpy.concatenate([colours, colours[:, :, :1]], 2), "RGBA")
    inks = Image.fromarray(numpy.concatenate([colours, colours[:, ::-1, :1]], 2), "CMYK")
    yield from [
        ("bmp", image, dict(format="BMP")),
        ("bmp-grey", grey, dict(format="BMP")),
        ("bmp-bits", bits, dict(format="BMP")),
        ("bmp-palette", few, dict(format="BMP")),
        ("bmp-clear", clear, dict(format="BMP")),
        ("gif", few, dict(format="GIF")),
        ("gif-grey", grey, dict(format="GIF")),
        ("gif-clear", few, dict(format="GIF", transparency=3)),
        ("gif-interlaced", few, dict(format="GIF", interlace=1)),
        ("gif-frames", few, dict(format="GIF", save_all=True, append_images=[other.quantize(16)])),
        ("webp", image, dict(format="WEBP", quality=80)),
        ("webp-lossless", image, dict(format="WEBP", lossless=True)),
        ("webp-clear", clear, dict(format="WEBP", lossless=True, exact=True)),
        ("tif", image, dict(format="TIFF")),
        ("tif-grey", grey, dict(format="TIFF")),
        ("tif-bits", bits, dict(format="TIFF")),
        ("tif-fax", bits, dict(format="TIFF", compression="group4")),
        ("tif-palette", few, dict(format="TIFF")),
        ("tif-clear", clear, dict(format="TIFF")),
        ("tif-inks", inks, dict(format="TIFF")),
        ("tif-lzw", image, dict(format="TIFF", compression="tiff_lzw")),
        ("tif-deflate", image, dict(format="TIFF", compression="tiff_adobe_deflate")),
        ("tif-packbits", image, dict(format="TIFF", compression="packbits")),
        ("tif-jpeg", image, dict(format="TIFF", compression="jpeg")),
        *((f"tif-turned-{turn}", image, dict(format="TIFF", tiffinfo=orientation(turn))) for turn in range(2, 9)),
        ("tif-pages", image, dict(format="TIFF", save_all=True, append_images=[other])),
        ("ppm", image, dict(format="PPM")),
        ("pgm", grey, dict(format="PPM")),
        ("pbm", bits, dict(format="PPM")),
    ]


def cases():
    for name, picture, options in pictures():
        file = io.BytesIO()
        picture.save(file, **options)
        yield name, file.getvalue()
    plain = "# numbers as text\n" + " ".join(str(k * 37 % 256) for k in range(18))
    yield "ppm-text", f"P3\n3 2 255\n{plain}\n".encode()
    yield "pgm-few-greys", b"P5 3 2\n# to 9\n9\n" + bytes([0, 1, 4, 5, 8, 9])
    yield "pbm-text", b"P1\n# bits\n5 2\n1 0 1 1 0\n0 1 0 0 1\n"


if __name__ == "__main__":
    files = []
    for name, data in cases():
        read = Image.open(io.BytesIO(data)).convert("RGB")
        values = numpy.asarray(read).reshape(-1).tolist()
        files.append(dict(name=name, height=read.height, width=read.width, file=base64.b64encode(data).decode(), pixels=values))
    golden = [f'  "made_with": "Pillow {PIL.__version__}"', '  "files": [\n    ' + ",\n    ".join(map(json.dumps, files)) + "\n  ]"]
    path = pathlib.Path(__file__).parent / "golden" / "pictures.json"
    path.write_text("{\n" + ",\n".join(golden) + "\n}\n")
