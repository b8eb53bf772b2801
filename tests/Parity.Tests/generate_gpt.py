#!/usr/bin/python3
"""Writes golden/gpt.json: what PyTorch computes with a small GPT, made of its own transformer layers.

Run it with Debian's python3-torch (1.13): /usr/bin/python3 tests/Parity.Tests/generate_gpt.py
The layers are nn.TransformerEncoderLayer with norms in front and a mask of the later positions. The table of tokens is the
weight of the last layer, too. Values are drawn by a seed; parameters have the names of nanoGPT.
"""

import json
import pathlib

import torch
from torch import nn
from torch.nn import functional

VOCABULARY, LENGTH, WIDTH, HEADS, LAYERS, BATCH = 7, 5, 8, 2, 2, 3
NAMES = {
    "norm1": "ln_1",
    "self_attn.in_proj_": "attn.c_attn.",
    "self_attn.out_proj": "attn.c_proj",
    "norm2": "ln_2",
    "linear1": "mlp.c_fc",
    "linear2": "mlp.c_proj",
}


def flat(tensor):
    return {"shape": list(tensor.shape), "values": [float(f"{value:.8g}") for value in tensor.detach().flatten().tolist()]}


def renamed(name):
    if not name.startswith("layers."):
        return f"transformer.{name}"
    name = f"transformer.h.{name[len('layers.'):]}"
    for theirs, ours in NAMES.items():
        name = name.replace(theirs, ours)
    return name


def main():
    torch.set_num_threads(1)
    torch.manual_seed(1)
    parts = nn.ModuleDict({
        "wte": nn.Embedding(VOCABULARY, WIDTH),
        "wpe": nn.Embedding(LENGTH, WIDTH),
        "layers": nn.ModuleList(
            nn.TransformerEncoderLayer(
                WIDTH, HEADS, 4 * WIDTH, dropout=0, activation="gelu", batch_first=True, norm_first=True
            )
            for _ in range(LAYERS)
        ),
        "ln_f": nn.LayerNorm(WIDTH),
    })
    with torch.no_grad():
        for name, parameter in parts.named_parameters():
            is_norm = "norm" in name or "ln_f" in name
            parameter.uniform_(-0.6, 0.6).add_(1 if is_norm and name.endswith("weight") else 0)
    tokens = torch.randint(VOCABULARY, (BATCH, LENGTH + 1))
    later = torch.ones(LENGTH, LENGTH).triu(1).bool()
    x = parts["wte"](tokens[:, :-1]) + parts["wpe"](torch.arange(LENGTH))
    for layer in parts["layers"]:
        x = layer(x, src_mask=later)
    logits = parts["ln_f"](x) @ parts["wte"].weight.T
    loss = functional.cross_entropy(logits.reshape(-1, VOCABULARY), tokens[:, 1:].reshape(-1))
    loss.backward()
    named = list(parts.named_parameters())
    data = {
        "made_with": f"PyTorch {torch.__version__}, one thread",
        "vocabulary": VOCABULARY,
        "length": LENGTH,
        "width": WIDTH,
        "heads": HEADS,
        "layers": LAYERS,
        "tokens": tokens.tolist(),
        "logits": flat(logits),
        "loss": loss.item(),
        "parameters": {renamed(name): flat(parameter) for name, parameter in named},
        "gradients": {renamed(name): flat(parameter.grad) for name, parameter in named},
    }
    path = pathlib.Path(__file__).parent / "golden" / "gpt.json"
    path.write_text(json.dumps(data, separators=(",", ":")).replace('},"', '},\n"') + "\n")


if __name__ == "__main__":
    main()
