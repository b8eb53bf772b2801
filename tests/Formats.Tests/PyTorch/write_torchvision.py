"""Writes the weights of one of torchvision's networks, and what it computes: MODEL FILE.pth NUMBERS FORM.

FORM is empty for a bare state_dict, state_dict for a checkpoint of a network in DataParallel, old for the names of older files.
"""

import re
import sys

import torch
import torchvision

model, path, numbers, form = sys.argv[1:5]
torch.manual_seed(1)
torch.set_num_threads(1)
network = getattr(torchvision.models, model)()
for module in network.modules():
    # Statistics that are not those of a new norm.
    if isinstance(module, torch.nn.BatchNorm2d):
        torch.nn.init.uniform_(module.running_mean, -0.2, 0.2)
        torch.nn.init.uniform_(module.running_var, 0.5, 1.5)
network.eval()

weights = network.state_dict()
if form == "state_dict":
    weights = {"epoch": 3, "state_dict": torch.nn.DataParallel(network).state_dict()}
elif form == "old":
    renamed = {re.sub(r"(denselayer\d+\.(?:norm|conv))([12])", r"\1.\2", name): value for name, value in weights.items()}
    weights = {name: value for name, value in renamed.items() if not name.endswith("num_batches_tracked")}
torch.save(weights, path)

images = torch.randn(2, 3, 64, 64)
with torch.no_grad():
    outputs = network(images)
images.numpy().tofile(f"{numbers}.input")
outputs.numpy().tofile(f"{numbers}.output")
