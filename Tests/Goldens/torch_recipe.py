#!/usr/bin/env python3
"""Some steps of a narrow airbench94 by launch/peers/torch-airbench94, for TrainingTests: the weights before them, the losses, and
the weights behind. Writes torch-recipe.json beside this file.

    pip install torch numpy
    Tests/Goldens/torch_recipe.py
"""
import importlib.machinery
import importlib.util
import json
import pathlib

import torch

HERE = pathlib.Path(__file__).resolve().parent
PEER = HERE.parents[1] / "launch" / "peers" / "torch-airbench94"
WIDTHS, BATCH, STEPS = (6, 8, 10), 16, 6
# Rates hardly fall: PyTorch multiplies its momentum by the rate of the step, Keras and cnn-dist have each gradient's own in it.
SCHEDULE = 10**9


def peer():
    loader = importlib.machinery.SourceFileLoader("peer", str(PEER))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("peer", loader))
    loader.exec_module(module)
    return module


def images(count):
    """Stripes of all directions, as the test draws them too: (count, 3, 32, 32)."""
    n, c, y, x = torch.meshgrid(*map(torch.arange, (count, 3, 32, 32)), indexing="ij")
    phase = (n * 7 + c * 3) % 11 + ((n % 5 + 1) * y + (n % 3 + c) * x + (y * x) % 7) * 0.25
    return torch.sin(phase.double()).float()


def weights(model):
    """By the names, and in the order of axes, that Keras has."""
    convolutions = [m for m in model.groups if isinstance(m, torch.nn.Conv2d)]
    norms = [m for m in model.groups if isinstance(m, torch.nn.BatchNorm2d)]
    tensors = {"whitening/kernel": model.whitening.weight.permute(2, 3, 1, 0), "whitening/bias": model.whitening.bias}
    for index, (convolution, norm) in enumerate(zip(convolutions, norms)):
        suffix = f"_{index}" if index else ""
        tensors[f"conv2d{suffix}/kernel"] = convolution.weight.permute(2, 3, 1, 0)
        tensors[f"batch_normalization{suffix}/beta"] = norm.bias
        tensors[f"batch_normalization{suffix}/moving_mean"] = norm.running_mean
    tensors["dense/kernel"] = model.head.weight.T
    return {name: [float(f"{x:.9g}") for x in tensor.detach().flatten().tolist()] for name, tensor in tensors.items()}


def steps_with_lookahead(model, batches):
    """SGD whose weights go back to slow ones every other step, by a share that falls with the cube of the way."""
    fast = [p for p in model.parameters() if p.requires_grad]
    slow = [p.detach().clone() for p in fast]
    descent = torch.optim.SGD(fast, 0.5, momentum=0.85, nesterov=True, weight_decay=1e-3)
    losses = []
    for step, (samples, labels) in enumerate(batches):
        loss = torch.nn.functional.cross_entropy(model(samples), labels, label_smoothing=0.2)
        losses.append(loss.item())
        descent.zero_grad()
        loss.backward()
        descent.step()
        if step % 2:
            for kept, weight in zip(slow, fast):
                kept.lerp_(weight.detach(), 1 - 0.8 * ((step + 1) / len(batches)) ** 3)
                weight.data.copy_(kept)
    return losses


def begin():
    """The same weights each time."""
    torch.manual_seed(1)
    return module.Network(samples, WIDTHS)


module = peer()
samples, labels = images(2 * BATCH), torch.arange(2 * BATCH) * 3 % 10
halves = [(samples[:BATCH], labels[:BATCH]), (samples[BATCH:], labels[BATCH:])]
batches = [halves[step % 2] for step in range(STEPS)]
model, other = begin(), begin()
document = {"torch": torch.__version__, "start": weights(model)}
document["losses"] = module.train(model, batches, SCHEDULE, SCHEDULE)
document["end"] = weights(model)
document["lookahead"] = {"losses": steps_with_lookahead(other, batches), "end": weights(other)}
target = HERE / "torch-recipe.json"
target.write_text(json.dumps(document, separators=(",", ":")) + "\n")
print(target.name, target.stat().st_size, document["losses"], document["lookahead"]["losses"])
