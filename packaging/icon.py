#!/usr/bin/env python3
"""Draws icon.png, the packages' icon: the channels of three layers, and those that leave. `packaging/icon.py`"""
import pathlib
import struct
import zlib

SIZE, SCALE = 128, 4
PAPER, KEPT, GONE = (255, 255, 255, 0), (30, 64, 175, 255), (191, 203, 224, 255)
# Rows of a layer: what stays is dark.
LAYERS = [[1, 0, 1, 1, 0, 1], [0, 1, 1, 0, 1, 0], [1, 1, 0, 1, 0, 0]]


def pixel(x, y):
    for layer, channels in enumerate(LAYERS):
        left = 10 + layer * 40
        for row, kept in enumerate(channels):
            top = 8 + row * 19
            half = 14 if kept else 8
            if abs(x - (left + 14)) <= half and top <= y < top + 14:
                return KEPT if kept else GONE
    return PAPER


def smooth(x, y):
    # The mean of SCALE x SCALE points: soft edges.
    points = [pixel(x + (i + .5) / SCALE, y + (j + .5) / SCALE) for i in range(SCALE) for j in range(SCALE)]
    alpha = sum(point[3] for point in points)
    if alpha == 0:
        return PAPER
    return (*(sum(p[c] * p[3] for p in points) // alpha for c in range(3)), alpha // len(points))


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


rows = b"".join(b"\0" + b"".join(bytes(smooth(x, y)) for x in range(SIZE)) for y in range(SIZE))
pathlib.Path(__file__).with_name("icon.png").write_bytes(
    b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", SIZE, SIZE, 8, 6, 0, 0, 0))
    + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))
