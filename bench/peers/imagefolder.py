#!/usr/bin/python3
"""torchvision's side of the image benchmark: ImageFolder, Pillow's transforms, DataLoader without workers. Prints one line of JSON.

usage: imagefolder.py ROOT SIZE RESIZE BATCH
Images a second of processor time, and of the clock: RandomResizedCrop and flip on ROOT/train, Resize and CenterCrop on ROOT/val.
"""

import json
import sys
import time

try:
    import PIL
    import torch
    import torchvision
    from torchvision import datasets, transforms
except ImportError:
    print(json.dumps({"skipped": "torchvision is not installed (Debian: apt-get install python3-torchvision)"}))
    sys.exit(0)

PASSES = 2


def measure(folder, steps, batch, shuffle):
    finish = [transforms.ToTensor(), transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))]
    images = datasets.ImageFolder(folder, transforms.Compose([*steps, *finish]))
    loader = torch.utils.data.DataLoader(images, batch_size=batch, shuffle=shuffle, num_workers=0)
    for _ in range(PASSES):
        processor, clock = time.process_time(), time.perf_counter()
        for _ in loader:
            pass
        processor, clock = time.process_time() - processor, time.perf_counter() - clock
    return len(images) / processor, len(images) / clock


if __name__ == "__main__":
    torch.set_num_threads(1)
    torch.manual_seed(0)
    root, size, resize, batch = sys.argv[1], *map(int, sys.argv[2:5])
    train = measure(root + "/train", [transforms.RandomResizedCrop(size), transforms.RandomHorizontalFlip()], batch, True)
    evaluate = measure(root + "/val", [transforms.Resize(resize), transforms.CenterCrop(size)], batch, False)
    print(json.dumps({
        "train": train[0], "train_clock": train[1], "evaluate": evaluate[0], "evaluate_clock": evaluate[1],
        "torchvision": torchvision.__version__, "pillow": PIL.__version__,
    }))
