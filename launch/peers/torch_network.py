#!/usr/bin/env python3
"""Networks that Keras has written, as a PyTorch user would write them.

    torch_network.py MODEL VALUES

VALUES are what `networks.py --values` has written of the network in MODEL: weights, samples, and what Keras makes of them.
Prints by how much PyTorch's outputs differ at most, relative to the largest.
"""

import json
import pathlib
import sys

import numpy as np
import torch
from torch import nn

FORMATS = {3: torch.channels_last, 4: torch.channels_last_3d}  # by a sample's axes; a series has none


class Network(nn.Module):
    """The graph of a Keras model. A softmax at its end is left to the loss, as is usual with PyTorch."""

    def __init__(self, model):
        super().__init__()
        first, *layers = json.loads(pathlib.Path(model).read_text())["config"]["layers"]
        self.input, self.shape = first["config"]["name"], first["config"]["batch_shape"][1:]
        self.layers, self.sources, last_use = nn.ModuleDict(), {}, {}
        for layer in layers:
            name, arguments = layer["config"]["name"], layer["inbound_nodes"][0]["args"][0]
            tensors = [each["config"] for each in (arguments if isinstance(arguments, list) else [arguments])]
            self.layers[name] = module(layer["class_name"], layer["config"], *tensors[0]["shape"][1:])
            self.sources[name] = [tensor["keras_history"][0] for tensor in tensors]
            last_use |= dict.fromkeys(self.sources[name], name)
        self.done = {name: [source for source in last_use if last_use[source] == name] for name in self.layers}

    def forward(self, x):
        values = {self.input: x}
        for name, layer in self.layers.items():
            values[name] = layer(*[values[source] for source in self.sources[name]])
            for source in self.done[name]:
                del values[source]
        return values[name]

    @property
    def memory_format(self):
        return FORMATS.get(len(self.shape), torch.contiguous_format)


# MARK: - Layers


class Add(nn.Module):
    def forward(self, first, second):
        return first + second


class Mean(nn.Module):
    """Global average pooling."""

    def forward(self, x):
        return x.flatten(2).mean(2)


class Flatten(nn.Module):
    """Channels come last, as they do in memory: nothing is copied."""

    def forward(self, x):
        return x.movedim(1, -1).flatten(1)


def module(kind, config, *shape):
    """One layer of Keras, for samples of the shape (..., channels)."""
    kind, rank = kind.rstrip("D123"), len(shape) - 1
    if kind in ("Conv", "DepthwiseConv"):
        return with_activation(convolution(kind, config, *shape), config["activation"])
    if kind == "Dense":
        return with_activation(nn.Linear(shape[-1], config["units"], config["use_bias"]), config["activation"])
    if kind == "BatchNormalization":
        norm = getattr(nn, f"BatchNorm{max(rank, 1)}d")(shape[-1], config["epsilon"], 1 - config["momentum"])
        norm.weight.requires_grad, norm.bias.requires_grad = config["scale"], config["center"]
        return norm
    if kind in ("MaxPooling", "AveragePooling"):
        before, after = padding(config, "pool_size", shape)
        pool = getattr(nn, f"{kind[:3].replace('Ave', 'Avg')}Pool{rank}d")
        return pool(config["pool_size"], config["strides"], before, ceil_mode=before != after)
    if kind == "ZeroPadding":
        (top, bottom), (left, right) = config["padding"]
        return nn.ZeroPad2d((left, right, top, bottom))
    if kind == "ReLU":
        return nn.ReLU6(inplace=True) if config["max_value"] == 6 else nn.ReLU(inplace=True)
    if kind == "Activation":
        return with_activation(nn.Identity(), config["activation"])
    if kind == "Dropout":
        return nn.Dropout(config["rate"])
    known = {"Add": Add, "Flatten": Flatten, "GlobalAveragePooling": Mean}
    if kind not in known:
        sys.exit(f"torch_network: {kind} is not known here")
    return known[kind]()


def convolution(kind, config, *shape):
    """With its padding inside where both sides have the same."""
    rank, channels = len(shape) - 1, shape[-1]
    filters, groups = (channels, channels) if kind == "DepthwiseConv" else (config["filters"], 1)
    before, after = padding(config, "kernel_size", shape)
    options = {"stride": config["strides"], "groups": groups, "bias": config["use_bias"]}
    inside = before if before == after else 0
    layer = getattr(nn, f"Conv{rank}d")(channels, filters, config["kernel_size"], padding=inside, **options)
    if before == after:
        return layer
    sides = [side for pair in zip(reversed(before), reversed(after)) for side in pair]
    return nn.Sequential(getattr(nn, f"ConstantPad{rank}d")(sides, 0.0), layer)


def padding(config, window, shape):
    """What TensorFlow's `same` puts before and after each axis: half of what is missing, and the rest."""
    if config["padding"] == "valid":
        return [0] * (len(shape) - 1), [0] * (len(shape) - 1)
    missing = []
    for extent, kernel, stride in zip(shape, config[window], config["strides"]):
        missing.append(max((-(-extent // stride) - 1) * stride + kernel - extent, 0))
    return [count // 2 for count in missing], [count - count // 2 for count in missing]


def with_activation(layer, name):
    """A layer and what its outputs go through."""
    if name in ("linear", "softmax"):
        return layer
    activation = nn.GELU() if name == "gelu" else {"relu": nn.ReLU, "relu6": nn.ReLU6}[name](inplace=True)
    return nn.Sequential(layer, activation)


# MARK: - The check


def take(network, weights):
    """Takes over Keras's weights, which are called as `dense/kernel`."""
    names = {"moving_mean": "running_mean", "moving_variance": "running_var", "beta": "bias", "bias": "bias"}
    for path, value in weights.items():
        layer, kind = path.split("/")
        owner = next(part for part in network.layers[layer].modules() if hasattr(part, "weight"))
        value = torch.from_numpy(value)
        if isinstance(owner, nn.Linear) and kind == "kernel":
            value = value.T
        elif kind == "kernel":  # (..., in, out), and depthwise (..., in, 1)
            last = (-2, -1) if owner.groups > 1 else (-1, -2)
            value = value.movedim(last, (0, 1))
        own = getattr(owner, names.get(kind, "weight"))
        assert own.shape == value.shape, f"{path} has the shape {value.shape}, not {own.shape}"
        own.data.copy_(value)


def main():
    model, values = sys.argv[1:]
    network = Network(model).eval()
    values = dict(np.load(values))
    samples, expected = torch.from_numpy(values.pop("samples")), torch.from_numpy(values.pop("outputs"))
    take(network, values)
    with torch.no_grad():
        outputs = network(samples.movedim(-1, 1).contiguous(memory_format=network.memory_format))
    print(((outputs - expected).abs().max() / expected.abs().max()).item())


if __name__ == "__main__":
    main()
