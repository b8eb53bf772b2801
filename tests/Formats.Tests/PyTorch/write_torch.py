"""Writes files in every form that PyTorch has, and beside each, as raw bytes, what its tensors are."""

import collections
import os
import sys

import torch

folder = sys.argv[1]
torch.manual_seed(1)
torch.set_num_threads(1)


class Net(torch.nn.Module):
    """Parameters, buffers of both kinds, a child that is missing, children in children."""

    def __init__(self):
        super().__init__()
        self.conv = torch.nn.Conv2d(3, 4, 3)
        self.bn = torch.nn.BatchNorm2d(4)
        self.body = torch.nn.Sequential(torch.nn.Linear(4, 5), torch.nn.ReLU(), torch.nn.Linear(5, 2, bias=False))
        self.nothing = None
        self.register_module("absent", None)
        self.register_buffer("saved", torch.arange(3))
        self.register_buffer("scratch", torch.zeros(9), persistent=False)


def save(name, value, tensors, **options):
    path = os.path.join(folder, name)
    torch.save(value, path, **options)
    with open(path + ".names", "w") as names:
        for key, tensor in tensors.items():
            shape = ",".join(str(size) for size in tensor.shape)
            names.write(f"{key}|{str(tensor.dtype).replace('torch.', '')}|{shape}\n")
            flat = tensor.detach().contiguous().reshape(-1)
            raw = flat.view(torch.int16) if flat.dtype == torch.bfloat16 else flat
            raw.numpy().tofile(f"{path}.{key}")


base = torch.randn(4, 6)
cube = torch.arange(24).reshape(2, 3, 4)
views = collections.OrderedDict(
    whole=base, tied=base, transposed=base.t(), row=base[2], column=base[:, 1], block=base[1:3, 2:5],
    strided=base[::2, ::3], scalar=base[1, 1], expanded=base[0].expand(3, 6), permuted=cube.permute(2, 0, 1),
    empty=torch.zeros(0, 5), last=torch.randn(2, 3, 4, 5).to(memory_format=torch.channels_last))
types = [torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16, torch.int8,
         torch.uint8, torch.bool]
typed = collections.OrderedDict((str(t).replace("torch.", ""), torch.tensor([[0, 1, 7], [0, 2, 100]]).to(t)) for t in types)
net = Net()
state = net.state_dict()
checkpoint = {"epoch": 7, "best": torch.tensor(0.5), "state_dict": state, "args": None,
              "optimizer": torch.optim.SGD(net.parameters(), 0.1, momentum=0.9).state_dict()}
parallel = collections.OrderedDict((f"module.{key}", value) for key, value in state.items())
for kind, options in (("zip", {}), ("legacy", {"_use_new_zipfile_serialization": False})):
    save(f"views.{kind}", views, views, **options)
    save(f"types.{kind}", typed, typed, **options)
    save(f"checkpoint.{kind}", checkpoint, state, **options)
    save(f"parallel.{kind}", {"net": parallel}, state, **options)
    save(f"module.{kind}", net, state, **options)
    save(f"wrapped.{kind}", {"model": torch.nn.DataParallel(net)}, state, **options)
    save(f"parameter.{kind}", {"weight": net.conv.weight}, {"weight": net.conv.weight}, **options)
    for protocol in range(1, 6):
        save(f"module{protocol}.{kind}", net, state, pickle_protocol=protocol, **options)
