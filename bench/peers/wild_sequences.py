"""Networks of words, sounds, points, graphs and tables, small but whole; see wild_networks.py."""

import math

import torch
from torch import nn
from torch.nn import functional as F

from wild_networks import Attention, Block


class Bert(nn.Module):
    """Words, places and segments; a mask of what is padding; a pooled first token and a score of each word."""

    def __init__(self, words=200, width=64, length=24):
        super().__init__()
        self.words, self.places, self.segments = nn.Embedding(words, width), nn.Embedding(length, width), nn.Embedding(2, width)
        self.norm, self.a, self.b = nn.LayerNorm(width), nn.TransformerEncoderLayer(width, 4, 128, 0, "gelu", batch_first=True), Block(width, 4, 128)
        self.pool, self.classes, self.score = nn.Linear(width, width), nn.Linear(width, 3), nn.Linear(width, words)

    def forward(self, ids, mask, segments):
        x = self.words(ids) + self.places(torch.arange(ids.shape[1])[None]) + self.segments(segments)
        x = self.a(self.norm(x))
        x = self.b(x, (1.0 - mask[:, None, None, :].float()) * -10000.0)
        return self.classes(self.pool(x[:, 0]).tanh()), self.score(x)


class Gpt2(nn.Module):
    """A causal mask, GELU by tanh, and the embedding again as the last layer."""

    def __init__(self, words=200, width=64, length=24):
        super().__init__()
        self.words, self.places = nn.Embedding(words, width), nn.Parameter(torch.rand(1, length, width) * 0.02)
        self.blocks, self.norm = nn.ModuleList(Block(width, 4, 128, lambda: nn.GELU("tanh")) for _ in range(2)), nn.LayerNorm(width)
        self.register_buffer("mask", torch.full((length, length), -10000.0).triu(1))

    def forward(self, ids):
        x = self.words(ids) + self.places
        for block in self.blocks:
            x = block(x, self.mask)
        return self.norm(x) @ self.words.weight.t()


class RmsNorm(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6) * self.weight


class Llama(nn.Module):
    """RMS norms, rotated queries and keys, two heads of keys for four of queries, a gated MLP."""

    def __init__(self, words=200, width=64, length=24):
        super().__init__()
        self.words, self.n1, self.n2, self.n3 = nn.Embedding(words, width), RmsNorm(width), RmsNorm(width), RmsNorm(width)
        self.q, self.k, self.v = (nn.Linear(width, size, bias=False) for size in (64, 32, 32))
        self.o, self.gate, self.up = (nn.Linear(64, size, bias=False) for size in (64, 160, 160))
        self.down, self.head = nn.Linear(160, 64, bias=False), nn.Linear(64, words, bias=False)
        angles = torch.arange(length)[:, None] * 10000.0 ** (-torch.arange(0, 16, 2) / 16)
        self.register_buffer("cos", torch.cat([angles, angles], 1).cos())
        self.register_buffer("sin", torch.cat([angles, angles], 1).sin())
        self.register_buffer("mask", torch.full((length, length), -10000.0).triu(1))

    def rotate(self, x):
        a, b = x.chunk(2, -1)
        return x * self.cos + torch.cat([-b, a], -1) * self.sin

    def forward(self, ids):
        x = self.words(ids)
        y = self.n1(x)
        q, k, v = (f(y).view(1, -1, n, 16).transpose(1, 2) for f, n in ((self.q, 4), (self.k, 2), (self.v, 2)))
        k, v = (z[:, :, None].expand(-1, -1, 2, -1, -1).reshape(1, 4, -1, 16) for z in (self.rotate(k), v))
        scores = (self.rotate(q) @ k.transpose(-2, -1)) / 4.0 + self.mask
        x = x + self.o((scores.softmax(-1) @ v).transpose(1, 2).reshape(1, -1, 64))
        y = self.n2(x)
        x = x + self.down(F.silu(self.gate(y)) * self.up(y))
        return self.head(self.n3(x))


class T5Encoder(nn.Module):
    """Scores with a bias by distance, looked up in a table of buckets."""

    def __init__(self, words=200, width=64, length=24):
        super().__init__()
        self.words, self.n1, self.n2, self.n3 = nn.Embedding(words, width), RmsNorm(width), RmsNorm(width), RmsNorm(width)
        self.bias, self.attention = nn.Embedding(32, 4), Attention(width, 4)
        self.a, self.b = nn.Linear(width, 128, bias=False), nn.Linear(128, width, bias=False)
        places = torch.arange(length)
        self.register_buffer("buckets", (places[None] - places[:, None] + 15).clamp(0, 31))

    def forward(self, ids):
        x = self.words(ids)
        x = x + self.attention(self.n1(x), self.bias(self.buckets).permute(2, 0, 1)[None])
        return self.n3(x + self.b(F.relu(self.a(self.n2(x)))))


class Whisper(nn.Module):
    """A spectrogram through two convolutions over time, sines as places, keys without a bias."""

    def __init__(self, width=64, frames=50):
        super().__init__()
        self.a, self.b = nn.Conv1d(20, width, 3, padding=1), nn.Conv1d(width, width, 3, 2, 1)
        self.n1, self.n2, self.n3 = (nn.LayerNorm(width) for _ in range(3))
        self.q, self.k, self.v, self.o = nn.Linear(width, width), nn.Linear(width, width, bias=False), nn.Linear(width, width), nn.Linear(width, width)
        self.mlp = nn.Sequential(nn.Linear(width, 256), nn.GELU(), nn.Linear(256, width))
        angles = torch.arange(frames)[:, None] * torch.exp(-math.log(10000.0) / 31 * torch.arange(32))[None]
        self.register_buffer("places", torch.cat([angles.sin(), angles.cos()], 1))

    def forward(self, x):
        x = F.gelu(self.b(F.gelu(self.a(x)))).permute(0, 2, 1) + self.places
        y = self.n1(x)
        q, k, v = (f(y).view(*y.shape[:2], 4, -1).permute(0, 2, 1, 3) for f in (self.q, self.k, self.v))
        scores = (q * 0.5) @ (k * 0.5).permute(0, 1, 3, 2)
        x = x + self.o((F.softmax(scores, -1) @ v).permute(0, 2, 1, 3).flatten(2))
        return self.n3(x + self.mlp(self.n2(x)))


class Clip(nn.Module):
    """A picture and a text, each a unit vector, and how alike they are."""

    def __init__(self, width=48):
        super().__init__()
        self.patch, self.first, self.places = nn.Conv2d(3, width, 16, 16), nn.Parameter(torch.rand(1, 1, width)), nn.Parameter(torch.rand(1, 17, width))
        self.sees, self.reads, self.words = Block(width, 4, 96), Block(width, 4, 96), nn.Embedding(200, width)
        self.picture, self.text = nn.Linear(width, 32, bias=False), nn.Linear(width, 32, bias=False)
        self.scale = nn.Parameter(torch.tensor(2.6))

    def forward(self, x, ids):
        x = self.patch(x).flatten(2).transpose(1, 2)
        x = self.sees(torch.cat([self.first.expand(x.shape[0], -1, -1), x], 1) + self.places)[:, 0]
        y = self.reads(self.words(ids))
        y = y[torch.arange(y.shape[0]), ids.argmax(-1)]
        x, y = self.picture(x), self.text(y)
        x, y = x / x.norm(dim=1, keepdim=True), y / y.norm(dim=1, keepdim=True)
        return self.scale.exp() * x @ y.t()


class Translator(nn.Module):
    def __init__(self, width=48):
        super().__init__()
        self.words, self.out = nn.Embedding(200, width), nn.Linear(width, 200)
        self.body = nn.Transformer(width, 4, 1, 1, 96, dropout=0, batch_first=True)
        self.register_buffer("mask", torch.full((24, 24), -10000.0).triu(1))

    def forward(self, source, target):
        return self.out(self.body(self.words(source), self.words(target), tgt_mask=self.mask))


class Tagger(nn.Module):
    """Words to a label each, by a recurrent layer of both directions, and the last states for the sentence."""

    def __init__(self, kind):
        super().__init__()
        self.words, self.rnn = nn.Embedding(200, 32), kind(32, 24, 2, batch_first=True, bidirectional=True)
        self.labels, self.sentence = nn.Linear(48, 9), nn.Linear(48, 3)

    def forward(self, ids):
        x, states = self.rnn(self.words(ids))
        hidden = states[0] if isinstance(states, tuple) else states
        return self.labels(x), self.sentence(torch.cat([hidden[-2], hidden[-1]], 1))


class Crnn(nn.Module):
    """Columns of an image as a sequence, the batch second."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(16, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(),
            nn.MaxPool2d((4, 2)), nn.Conv2d(32, 32, (4, 1)), nn.ReLU())
        self.rnn, self.out = nn.LSTM(32, 32, bidirectional=True), nn.Linear(64, 20)

    def forward(self, x):
        x, _ = self.rnn(self.body(x).squeeze(2).permute(2, 0, 1))
        return self.out(x).log_softmax(-1)


def m5():
    layers = [nn.Conv1d(1, 32, 80, 4), nn.BatchNorm1d(32), nn.ReLU(), nn.MaxPool1d(4)]
    for inputs, outputs in ((32, 32), (32, 64), (64, 64)):
        layers += [nn.Conv1d(inputs, outputs, 3), nn.BatchNorm1d(outputs), nn.ReLU(), nn.MaxPool1d(4)]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(64, 12), nn.LogSoftmax(1))


class Wavenet(nn.Module):
    """Causal convolutions with holes, gated by tanh and sigmoid, with sums of what each layer hands out."""

    def __init__(self, width=24):
        super().__init__()
        self.stem, self.last, self.out = nn.Conv1d(1, width, 1), nn.Conv1d(32, 32, 1), nn.Conv1d(32, 64, 1)
        self.both = nn.ModuleList(nn.Conv1d(width, 2 * width, 2, dilation=1 << i) for i in range(4))
        self.keep, self.hand = (nn.ModuleList(nn.Conv1d(width, size, 1) for _ in range(4)) for size in (width, 32))

    def forward(self, x):
        x, total = self.stem(x), 0
        for index, (both, keep, hand) in enumerate(zip(self.both, self.keep, self.hand)):
            a, b = both(F.pad(x, (1 << index, 0))).chunk(2, 1)
            y = a.tanh() * b.sigmoid()
            x, total = x + keep(y), total + hand(y)
        return self.out(F.relu(self.last(F.relu(total))))


class Conformer(nn.Module):
    def __init__(self, width=48):
        super().__init__()
        self.stem, self.feed = nn.Linear(20, width), nn.Sequential(nn.LayerNorm(width), nn.Linear(width, 96), nn.SiLU(), nn.Linear(96, width))
        self.n1, self.attention, self.n2 = nn.LayerNorm(width), Attention(width, 4), nn.LayerNorm(width)
        self.wide, self.deep = nn.Conv1d(width, 2 * width, 1), nn.Conv1d(width, width, 15, padding=7, groups=width)
        self.norm, self.narrow, self.n3, self.out = nn.BatchNorm1d(width), nn.Conv1d(width, width, 1), nn.LayerNorm(width), nn.Linear(width, 30)

    def forward(self, x):
        x = self.stem(x)
        x = x + 0.5 * self.feed(x)
        x = x + self.attention(self.n1(x))
        x = x + self.narrow(F.silu(self.norm(self.deep(F.glu(self.wide(self.n2(x).transpose(1, 2)), 1))))).transpose(1, 2)
        return self.out(self.n3(x)).log_softmax(-1)


class Speaker(nn.Module):
    """Mean and deviation over time, weighted by attention, as an embedding of the voice."""

    def __init__(self, width=48):
        super().__init__()
        self.a, self.b = nn.Conv1d(20, width, 5, padding=2), nn.Conv1d(width, width, 3, padding=2, dilation=2)
        self.norm, self.look = nn.BatchNorm1d(width), nn.Sequential(nn.Conv1d(width, 16, 1), nn.Tanh(), nn.Conv1d(16, width, 1), nn.Softmax(2))
        self.out = nn.Linear(2 * width, 32)

    def forward(self, x):
        x = F.relu(self.a(x))
        x = x + self.norm(F.relu(self.b(x)))
        share = self.look(x)
        mean = (x * share).sum(2)
        spread = ((x * x * share).sum(2) - mean * mean).clamp(min=1e-6).sqrt()
        return F.normalize(self.out(torch.cat([mean, spread], 1)), dim=1)


class ConvLstm(nn.Module):
    """A recurrent layer whose gates are convolutions, over four frames."""

    def __init__(self, width=16):
        super().__init__()
        self.width, self.gates, self.out = width, nn.Conv2d(3 + width, 4 * width, 3, padding=1), nn.Conv2d(width, 3, 1)

    def forward(self, frames):
        hidden = cell = torch.zeros(1, self.width, 16, 16)
        for index in range(4):
            i, f, g, o = self.gates(torch.cat([frames[:, index], hidden], 1)).chunk(4, 1)
            cell = f.sigmoid() * cell + i.sigmoid() * g.tanh()
            hidden = o.sigmoid() * cell.tanh()
        return self.out(hidden)


class PointNet(nn.Module):
    """The same layers for each point, the largest over all, and each point beside it."""

    def __init__(self):
        super().__init__()
        self.turn, self.first = nn.Sequential(nn.Conv1d(3, 32, 1), nn.ReLU()), nn.Linear(32, 9)
        self.a = nn.Sequential(nn.Conv1d(3, 32, 1), nn.BatchNorm1d(32), nn.ReLU())
        self.b = nn.Sequential(nn.Conv1d(32, 64, 1), nn.BatchNorm1d(64), nn.ReLU())
        self.c = nn.Sequential(nn.Conv1d(96, 48, 1), nn.BatchNorm1d(48), nn.ReLU(), nn.Conv1d(48, 6, 1))

    def forward(self, x):
        turn = self.first(self.turn(x).max(2)[0]).view(-1, 3, 3) + torch.eye(3)
        x = self.a(torch.bmm(x.transpose(1, 2), turn).transpose(1, 2))
        whole = self.b(x).max(2, keepdim=True)[0].expand(-1, -1, x.shape[2])
        return self.c(torch.cat([x, whole], 1))


class GraphNet(nn.Module):
    """Neighbours as a dense matrix, weighted by attention."""

    def __init__(self, width=24):
        super().__init__()
        self.a, self.here, self.there, self.b = nn.Linear(8, width), nn.Linear(width, 1), nn.Linear(width, 1), nn.Linear(width, 4)

    def forward(self, nodes, edges):
        x = self.a(nodes)
        scores = F.leaky_relu(self.here(x) + self.there(x).transpose(1, 2), 0.2)
        shares = scores.masked_fill(edges == 0, -1e9).softmax(-1)
        return self.b(F.elu(shares @ x)).mean(1)


class Dlrm(nn.Module):
    """A table's row: numbers through an MLP, categories through embeddings, products of all pairs."""

    def __init__(self, width=16):
        super().__init__()
        self.bottom = nn.Sequential(nn.Linear(7, 48), nn.ReLU(), nn.Linear(48, width), nn.ReLU())
        self.tables = nn.ModuleList(nn.Embedding(50, width) for _ in range(3))
        self.top = nn.Sequential(nn.Linear(width + 6, 48), nn.ReLU(), nn.Linear(48, 1), nn.Sigmoid())
        self.register_buffer("pairs", torch.tensor([4, 8, 9, 12, 13, 14]))

    def forward(self, numbers, categories):
        x = self.bottom(numbers)
        rows = torch.stack([x] + [table(categories[:, i]) for i, table in enumerate(self.tables)], 1)
        products = (rows @ rows.transpose(1, 2)).flatten(1)
        return self.top(torch.cat([x, products[:, self.pairs]], 1))
