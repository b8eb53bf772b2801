"""Networks of today's kinds, small but whole, as people write them in PyTorch: detectors, transformers of vision, language and sound,
recurrent taggers, generators, graphs, tables. `NETWORKS` has a function for each, which returns the module and its inputs."""

import math

import torch
import torchvision
from torch import nn
from torch.nn import functional as F


def conv(inputs, outputs, kernel=3, stride=1, groups=1, act=nn.SiLU):
    parts = [nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False), nn.BatchNorm2d(outputs)]
    return nn.Sequential(*parts, *([act()] if act else []))


def image(size=64, channels=3):
    return torch.rand(1, channels, size, size)


def tokens(length=24, words=200):
    return torch.randint(0, words, (1, length))


# Detectors


class Detr(nn.Module):
    """Queries read the flattened features; classes and boxes a query."""

    def __init__(self, width=64, queries=20):
        super().__init__()
        features = torchvision.models.resnet18(weights=None)
        self.backbone = nn.Sequential(*list(features.children())[:-2])
        self.narrow = nn.Conv2d(512, width, 1)
        self.transformer = nn.Transformer(width, 4, 2, 2, 128, dropout=0, batch_first=True)
        self.queries, self.places = nn.Parameter(torch.rand(1, queries, width)), nn.Parameter(torch.rand(1, 16, width))
        self.classes = nn.Linear(width, 11)
        self.boxes = nn.Sequential(nn.Linear(width, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU(), nn.Linear(width, 4))

    def forward(self, x):
        x = self.narrow(self.backbone(x)).flatten(2).transpose(1, 2) + self.places
        x = self.transformer(x, self.queries.expand(x.shape[0], -1, -1))
        return self.classes(x), self.boxes(x).sigmoid()


class Bottleneck(nn.Module):
    def __init__(self, width, shortcut=True):
        super().__init__()
        self.a, self.b, self.shortcut = conv(width, width), conv(width, width), shortcut

    def forward(self, x):
        return x + self.b(self.a(x)) if self.shortcut else self.b(self.a(x))


class C3(nn.Module):
    def __init__(self, inputs, outputs, shortcut=True):
        super().__init__()
        half = outputs // 2
        self.a, self.b, self.c = conv(inputs, half, 1), conv(inputs, half, 1), conv(outputs, outputs, 1)
        self.m = nn.Sequential(Bottleneck(half, shortcut))

    def forward(self, x):
        return self.c(torch.cat([self.m(self.a(x)), self.b(x)], 1))


class C2f(nn.Module):
    """Halves that go on through each block, and all of them joined."""

    def __init__(self, inputs, outputs, count=2, shortcut=True):
        super().__init__()
        self.half = outputs // 2
        self.a, self.b = conv(inputs, outputs, 1), conv((2 + count) * self.half, outputs, 1)
        self.m = nn.ModuleList(Bottleneck(self.half, shortcut) for _ in range(count))

    def forward(self, x):
        parts = list(self.a(x).split((self.half, self.half), 1))
        for block in self.m:
            parts.append(block(parts[-1]))
        return self.b(torch.cat(parts, 1))


class Sppf(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.a, self.b = conv(width, width // 2, 1), conv(width * 2, width, 1)

    def forward(self, x):
        parts = [self.a(x)]
        for _ in range(3):
            parts.append(F.max_pool2d(parts[-1], 5, 1, 2))
        return self.b(torch.cat(parts, 1))


class Pyramid(nn.Module):
    """Three levels, down the backbone, up, and down again."""

    def __init__(self, block, width=16):
        super().__init__()
        a, b, c = width * 2, width * 4, width * 8
        self.stem = nn.Sequential(conv(3, width, 3, 2), conv(width, a, 3, 2), block(a, a))
        self.p3, self.p4 = nn.Sequential(conv(a, a, 3, 2), block(a, a)), nn.Sequential(conv(a, b, 3, 2), block(b, b))
        self.p5 = nn.Sequential(conv(b, c, 3, 2), block(c, c), Sppf(c))
        self.up4, self.up3 = block(c + b, b), block(b + a, a)
        self.down4, self.down5 = conv(a, a, 3, 2), conv(b, b, 3, 2)
        self.n4, self.n5, self.widths = block(a + b, b), block(b + c, c), (a, b, c)

    def forward(self, x):
        p3 = self.p3(self.stem(x))
        p4 = self.p4(p3)
        p5 = self.p5(p4)
        up4 = self.up4(torch.cat([F.interpolate(p5, scale_factor=2.0), p4], 1))
        up3 = self.up3(torch.cat([F.interpolate(up4, scale_factor=2.0), p3], 1))
        n4 = self.n4(torch.cat([self.down4(up3), up4], 1))
        return up3, n4, self.n5(torch.cat([self.down5(n4), p5], 1))


def cells(size, stride):
    y, x = torch.meshgrid(torch.arange(size // stride), torch.arange(size // stride), indexing="ij")
    return torch.stack([x, y], -1).float()


class YoloV5(nn.Module):
    """Three anchors a cell, decoded as its export does."""

    def __init__(self, classes=6, size=64):
        super().__init__()
        self.body, self.outputs, self.size = Pyramid(C3), 5 + classes, size
        self.heads = nn.ModuleList(nn.Conv2d(width, 3 * self.outputs, 1) for width in self.body.widths)
        self.register_buffer("anchors", torch.rand(3, 1, 3, 1, 1, 2) * 30 + 5)

    def forward(self, x):
        found = []
        for index, (level, head) in enumerate(zip(self.body(x), self.heads)):
            stride = 8 << index
            y = head(level)
            side = self.size // stride
            y = y.view(-1, 3, self.outputs, side, side).permute(0, 1, 3, 4, 2).sigmoid()
            xy, wh, rest = y.split((2, 2, self.outputs - 4), 4)
            xy = (xy * 2 + cells(self.size, stride) - 0.5) * stride
            wh = (wh * 2) ** 2 * self.anchors[index]
            found.append(torch.cat([xy, wh, rest], 4).view(-1, 3 * side * side, self.outputs))
        return torch.cat(found, 1)


class YoloV8(nn.Module):
    """No anchors: distances to the four sides as distributions over 16 bins."""

    def __init__(self, classes=6, size=64, bins=16):
        super().__init__()
        self.body, self.classes, self.bins, self.size = Pyramid(C2f), classes, bins, size
        widths = self.body.widths
        self.boxes = nn.ModuleList(nn.Sequential(conv(w, 32), conv(32, 32), nn.Conv2d(32, 4 * bins, 1)) for w in widths)
        self.scores = nn.ModuleList(nn.Sequential(conv(w, 32), conv(32, 32), nn.Conv2d(32, classes, 1)) for w in widths)
        self.dfl = nn.Conv2d(bins, 1, 1, bias=False)
        self.dfl.weight.data = torch.arange(bins).float().view(1, bins, 1, 1)
        points = [cells(size, 8 << i).view(-1, 2) + 0.5 for i in range(3)]
        self.register_buffer("points", torch.cat(points).t()[None])
        self.register_buffer("strides", torch.cat([torch.full((len(p),), float(8 << i)) for i, p in enumerate(points)])[None, None])

    def forward(self, x):
        levels = self.body(x)
        both = [torch.cat([box(y), score(y)], 1).flatten(2) for y, box, score in zip(levels, self.boxes, self.scores)]
        box, score = torch.cat(both, 2).split((4 * self.bins, self.classes), 1)
        box = self.dfl(box.view(-1, 4, self.bins, box.shape[-1]).transpose(2, 1).softmax(1)).view(-1, 4, box.shape[-1])
        near, far = box.chunk(2, 1)
        near, far = self.points - near, self.points + far
        return torch.cat([torch.cat([(near + far) / 2, far - near], 1) * self.strides, score.sigmoid()], 1)


class CenterNet(nn.Module):
    """Peaks of a heat map, the best of them, and what the other heads have there."""

    def __init__(self, classes=4):
        super().__init__()
        self.body = nn.Sequential(conv(3, 16, 3, 2), conv(16, 32, 3, 2), conv(32, 32), nn.ConvTranspose2d(32, 24, 4, 2, 1), nn.ReLU())
        self.heat = nn.Sequential(nn.Conv2d(24, 24, 3, padding=1), nn.ReLU(), nn.Conv2d(24, classes, 1))
        self.sizes = nn.Sequential(nn.Conv2d(24, 24, 3, padding=1), nn.ReLU(), nn.Conv2d(24, 2, 1))

    def forward(self, x):
        x = self.body(x)
        heat = self.heat(x).sigmoid()
        heat = heat * (F.max_pool2d(heat, 3, 1, 1) == heat).float()
        scores, places = heat.flatten(1).topk(10)
        places = places % (heat.shape[2] * heat.shape[3])
        sizes = self.sizes(x).flatten(2).transpose(1, 2).gather(1, places[..., None].expand(-1, -1, 2))
        return scores, places, sizes


# Images to images


def double(inputs, outputs):
    return nn.Sequential(conv(inputs, outputs, act=nn.ReLU), conv(outputs, outputs, act=nn.ReLU))


class Unet(nn.Module):
    def __init__(self, width=16):
        super().__init__()
        sizes = [width << i for i in range(4)]
        self.down = nn.ModuleList(double(i, o) for i, o in zip([3] + sizes[:-1], sizes))
        self.ups = nn.ModuleList(nn.ConvTranspose2d(o, i, 2, 2) for i, o in zip(sizes[:-1], sizes[1:]))
        self.joins = nn.ModuleList(double(2 * i, i) for i in sizes[:-1])
        self.out = nn.Conv2d(width, 3, 1)

    def forward(self, x):
        kept = []
        for index, block in enumerate(self.down):
            x = block(F.max_pool2d(x, 2) if index else x)
            kept.append(x)
        for up, join, skip in reversed(list(zip(self.ups, self.joins, kept))):
            x = join(torch.cat([skip, up(x)], 1))
        return self.out(x)


class Residual(nn.Module):
    """Group norms, and a shift of each channel by the time step."""

    def __init__(self, inputs, outputs, time):
        super().__init__()
        self.n1, self.a = nn.GroupNorm(8, inputs), nn.Conv2d(inputs, outputs, 3, padding=1)
        self.n2, self.b = nn.GroupNorm(8, outputs), nn.Conv2d(outputs, outputs, 3, padding=1)
        self.time, self.skip = nn.Linear(time, outputs), nn.Conv2d(inputs, outputs, 1)

    def forward(self, x, t):
        y = self.a(F.silu(self.n1(x))) + self.time(F.silu(t))[:, :, None, None]
        return self.skip(x) + self.b(F.silu(self.n2(y)))


class Diffusion(nn.Module):
    """Noise of an image at a time step: sines of the step, attention at the lowest resolution."""

    def __init__(self, width=32):
        super().__init__()
        self.time = nn.Sequential(nn.Linear(32, 64), nn.SiLU(), nn.Linear(64, 64))
        self.stem, self.a, self.b = nn.Conv2d(3, width, 3, padding=1), Residual(width, width, 64), Residual(width, 2 * width, 64)
        self.norm, self.qkv, self.proj = nn.GroupNorm(8, 64), nn.Conv2d(64, 192, 1), nn.Conv2d(64, 64, 1)
        self.c, self.out = Residual(3 * width, width, 64), nn.Conv2d(width, 3, 3, padding=1)
        self.register_buffer("rates", torch.exp(torch.arange(16) * (-math.log(10000.0) / 16)))

    def forward(self, x, step):
        angles = step[:, None] * self.rates
        t = self.time(torch.cat([angles.sin(), angles.cos()], 1))
        a = self.a(self.stem(x), t)
        b = self.b(F.avg_pool2d(a, 2), t)
        q, k, v = self.qkv(self.norm(b)).flatten(2).chunk(3, 1)
        b = b + self.proj((v @ (q.transpose(1, 2) @ k * 0.125).softmax(-1).transpose(1, 2)).view(b.shape))
        return self.out(F.silu(self.c(torch.cat([a, F.interpolate(b, scale_factor=2.0)], 1), t)))


class Style(nn.Module):
    """Reflected borders, instance norms, resize and convolution."""

    def __init__(self):
        super().__init__()
        self.a, self.b, self.c = nn.Conv2d(3, 16, 9), nn.Conv2d(16, 32, 3, 2), nn.Conv2d(32, 32, 3)
        self.d, self.e = nn.Conv2d(32, 16, 3), nn.Conv2d(16, 3, 9)
        self.na, self.nb, self.nc, self.nd = (nn.InstanceNorm2d(n, affine=True) for n in (16, 32, 32, 16))

    def forward(self, x):
        x = F.relu(self.na(self.a(F.pad(x, (4, 4, 4, 4), "reflect"))))
        x = F.relu(self.nb(self.b(F.pad(x, (1, 1, 1, 1), "reflect"))))
        x = x + self.nc(self.c(F.pad(x, (1, 1, 1, 1), "reflect")))
        x = F.relu(self.nd(self.d(F.pad(F.interpolate(x, scale_factor=2.0), (1, 1, 1, 1), "reflect"))))
        return self.e(F.pad(x, (4, 4, 4, 4), "reflect")).tanh()


def super_resolution():
    layers = [nn.Conv2d(1, 32, 5, padding=2), nn.Tanh(), nn.Conv2d(32, 24, 3, padding=1), nn.Tanh(), nn.Conv2d(24, 9, 3, padding=1)]
    return nn.Sequential(*layers, nn.PixelShuffle(3))


def generator():
    layers = [nn.ConvTranspose2d(32, 64, 4, 1, 0, bias=False), nn.BatchNorm2d(64), nn.ReLU()]
    for inputs, outputs in ((64, 32), (32, 16)):
        layers += [nn.ConvTranspose2d(inputs, outputs, 4, 2, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()]
    return nn.Sequential(*layers, nn.ConvTranspose2d(16, 3, 4, 2, 1), nn.Tanh())


class Vae(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Conv2d(3, 16, 4, 2, 1), nn.ReLU(), nn.Conv2d(16, 32, 4, 2, 1), nn.ReLU(), nn.Flatten())
        self.mean, self.spread, self.back = nn.Linear(2048, 16), nn.Linear(2048, 16), nn.Linear(16, 2048)
        self.decoder = nn.Sequential(nn.ConvTranspose2d(32, 16, 4, 2, 1), nn.ReLU(), nn.ConvTranspose2d(16, 3, 4, 2, 1), nn.Sigmoid())

    def forward(self, x, noise):
        x = self.encoder(x)
        mean, spread = self.mean(x), self.spread(x)
        return self.decoder(self.back(mean + noise * (0.5 * spread).exp()).view(-1, 32, 8, 8)), mean, spread


class Hrnet(nn.Module):
    """Two resolutions side by side that exchange what they have; key points as the mean place of each heat map."""

    def __init__(self):
        super().__init__()
        self.stem = conv(3, 32, 3, 2, act=nn.ReLU)
        self.high, self.low = double(32, 16), nn.Sequential(conv(32, 32, 3, 2, act=nn.ReLU), double(32, 32))
        self.to_low, self.to_high = conv(16, 32, 3, 2, act=None), conv(32, 16, 1, act=None)
        self.last, self.points = double(48, 24), nn.Conv2d(24, 5, 1)

    def forward(self, x):
        x = self.stem(x)
        high, low = self.high(x), self.low(x)
        up = F.interpolate(self.to_high(low), size=high.shape[2:], mode="bilinear", align_corners=False)
        high, low = F.relu(high + up), F.relu(low + self.to_low(high))
        x = torch.cat([high, F.interpolate(low, size=high.shape[2:], mode="bilinear", align_corners=False)], 1)
        heat = self.points(self.last(x)).flatten(2).softmax(-1).view(-1, 5, 32, 32)
        steps = torch.linspace(0, 1, 32)
        return torch.stack([(heat.sum(2) * steps).sum(-1), (heat.sum(3) * steps).sum(-1)], -1)


class SpatialTransformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.look = nn.Sequential(nn.Conv2d(3, 8, 7), nn.MaxPool2d(2), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 6))
        self.body = nn.Sequential(conv(3, 16), conv(16, 32, 3, 2), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, 5))
        steps = torch.linspace(-1, 1, 64)
        y, x = torch.meshgrid(steps, steps, indexing="ij")
        self.register_buffer("grid", torch.stack([x, y, torch.ones_like(x)], -1).view(1, -1, 3))

    def forward(self, x):
        places = self.grid @ self.look(x).view(-1, 2, 3).transpose(1, 2)
        return self.body(F.grid_sample(x, places.view(-1, 64, 64, 2), align_corners=True))


class Raft(nn.Module):
    """torchvision's optical flow with two updates."""

    def __init__(self):
        super().__init__()
        self.flow = torchvision.models.optical_flow.raft_small(weights=None)

    def forward(self, x, y):
        return self.flow(x, y, num_flow_updates=2)[-1]


# Classifiers


class Ghost(nn.Module):
    """Half of the channels by a convolution, the rest from these by a cheap one; a gate a channel."""

    def __init__(self, inputs, outputs):
        super().__init__()
        half = outputs // 2
        self.main, self.cheap = conv(inputs, half, 1, act=nn.ReLU), conv(half, half, 3, groups=half, act=nn.ReLU)
        self.squeeze, self.excite = nn.Conv2d(outputs, outputs // 4, 1), nn.Conv2d(outputs // 4, outputs, 1)

    def forward(self, x):
        x = self.main(x)
        x = torch.cat([x, self.cheap(x)], 1)
        return x * F.hardsigmoid(self.excite(F.relu(self.squeeze(x.mean((2, 3), keepdim=True)))))


def ghostnet():
    body = [conv(3, 16, 3, 2), Ghost(16, 32), conv(32, 32, 3, 2, 32), Ghost(32, 64)]
    return nn.Sequential(*body, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))


class RepVgg(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.a, self.b, self.c = conv(width, width, 3, act=None), conv(width, width, 1, act=None), nn.BatchNorm2d(width)

    def forward(self, x):
        return F.relu(self.a(x) + self.b(x) + self.c(x))


def repvgg():
    return nn.Sequential(conv(3, 32, 3, 2), RepVgg(32), conv(32, 64, 3, 2), RepVgg(64), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))


class Mixer(nn.Module):
    def __init__(self, width=64, patches=64):
        super().__init__()
        self.stem, self.n1, self.n2, self.n3 = nn.Conv2d(3, width, 8, 8), nn.LayerNorm(width), nn.LayerNorm(width), nn.LayerNorm(width)
        self.mix = nn.Sequential(nn.Linear(patches, 32), nn.GELU(), nn.Linear(32, patches))
        self.mlp, self.head = nn.Sequential(nn.Linear(width, 128), nn.GELU(), nn.Linear(128, width)), nn.Linear(width, 10)

    def forward(self, x):
        x = self.stem(x).flatten(2).transpose(1, 2)
        x = x + self.mix(self.n1(x).transpose(1, 2)).transpose(1, 2)
        x = x + self.mlp(self.n2(x))
        return self.head(self.n3(x).mean(1))


class Attention(nn.Module):
    """Joint projection, heads by reshape, a mask or a bias of the scores."""

    def __init__(self, width, heads, groups=None):
        super().__init__()
        self.heads, self.size = heads, width // heads
        self.qkv, self.proj = nn.Linear(width, 3 * width), nn.Linear(width, width)

    def forward(self, x, bias=None):
        batch, length, width = x.shape
        q, k, v = self.qkv(x).view(batch, length, 3, self.heads, self.size).permute(2, 0, 3, 1, 4).unbind(0)
        scores = q @ k.transpose(-2, -1) / math.sqrt(self.size)
        scores = scores if bias is None else scores + bias
        return self.proj((scores.softmax(-1) @ v).transpose(1, 2).reshape(batch, length, width))


class Block(nn.Module):
    def __init__(self, width, heads, hidden, act=nn.GELU):
        super().__init__()
        self.n1, self.n2, self.attention = nn.LayerNorm(width), nn.LayerNorm(width), Attention(width, heads)
        self.mlp = nn.Sequential(nn.Linear(width, hidden), act(), nn.Linear(hidden, width))

    def forward(self, x, bias=None):
        x = x + self.attention(self.n1(x), bias)
        return x + self.mlp(self.n2(x))


class MobileVit(nn.Module):
    """Convolutions, then attention among the pixels that have the same place in patches of 2 x 2."""

    def __init__(self, width=32, hidden=48):
        super().__init__()
        self.stem = nn.Sequential(conv(3, 16, 3, 2), conv(16, 64, 1), conv(64, 64, 3, 2, 64), conv(64, width, 1, act=None))
        self.local, self.inside = nn.Sequential(conv(width, width), nn.Conv2d(width, hidden, 1)), Block(hidden, 4, 96, nn.SiLU)
        self.outside, self.fuse, self.head = conv(hidden, width, 1), conv(2 * width, width), nn.Linear(width, 10)

    def forward(self, x):
        x = self.stem(x)
        y = self.local(x)
        batch, width, height, length = y.shape
        y = y.reshape(batch * width * (height // 2), 2, length // 2, 2).transpose(1, 2)
        y = y.reshape(batch, width, height * length // 4, 4).transpose(1, 3).reshape(batch * 4, height * length // 4, width)
        y = self.inside(y).view(batch, 4, height * length // 4, width).transpose(1, 3)
        y = y.reshape(batch * width * (height // 2), length // 2, 2, 2).transpose(1, 2).reshape(batch, width, height, length)
        return self.head(self.fuse(torch.cat([x, self.outside(y)], 1)).mean((2, 3)))


class EfficientFormer(nn.Module):
    """Pooling as the mixer of early stages, attention with a learned bias in the last, a scale a channel."""

    def __init__(self, width=48):
        super().__init__()
        self.stem = nn.Sequential(conv(3, 24, 3, 2, act=nn.ReLU), conv(24, width, 3, 2, act=nn.ReLU))
        self.mlp = nn.Sequential(conv(width, 96, 1, act=nn.GELU), conv(96, width, 1, act=None))
        self.scale, self.down = nn.Parameter(torch.full((1, width, 1, 1), 0.5)), conv(width, 64, 3, 2, act=None)
        self.block, self.bias = Block(64, 4, 128), nn.Parameter(torch.rand(4, 64, 64))
        self.norm, self.head = nn.LayerNorm(64), nn.Linear(64, 10)

    def forward(self, x):
        x = self.stem(x)
        x = x + self.scale * (F.avg_pool2d(x, 3, 1, 1, count_include_pad=False) - x)
        x = x + self.scale * self.mlp(x)
        x = self.block(self.down(x).flatten(2).transpose(1, 2), self.bias)
        return self.head(self.norm(x).mean(1))


class Siamese(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(conv(1, 16, 3, 2), conv(16, 32, 3, 2), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, 24))
        self.head = nn.Linear(24, 1)

    def forward(self, x, y):
        return self.head((self.body(x) - self.body(y)).abs()).sigmoid()
