#!/usr/bin/env python3
"""The networks that compare-peers measures, as Keras writes them.

    networks.py FOLDER [--values] NAME...

writes the JSON of each into FOLDER as NAME.json, which is what all peers take the network from; with --values also
NAME.npz, for torch_network.py to compare with. NETWORKS can be read without Keras.
"""

import pathlib
import sys
from dataclasses import dataclass
from typing import Callable

# MARK: - Chains


def tutorial():
    """The CNN of Keras's CIFAR-10 tutorial."""
    return keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.Dropout(0.2),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(512, activation="relu"),
            layers.Dropout(0.3),
            layers.Dense(10, activation="softmax"),
        ]
    )


def deep():
    """Six convolutions with batch normalisation."""
    model = keras.Sequential([keras.Input((32, 32, 3))])
    for filters in (32, 64, 128):
        for _ in range(2):
            model.add(layers.Conv2D(filters, 3, padding="same"))
            model.add(layers.BatchNormalization())
            model.add(layers.ReLU())
        model.add(layers.MaxPooling2D())
    model.add(layers.Flatten())
    model.add(layers.Dense(256, activation="relu"))
    model.add(layers.Dense(10, activation="softmax"))
    return model


def fcn():
    """The fully convolutional network for series of Wang et al. (2017), on series of FordA's shape."""
    model = keras.Sequential([keras.Input((500, 1))])
    for filters, kernel in ((128, 8), (256, 5), (128, 3)):
        model.add(layers.Conv1D(filters, kernel, padding="same"))
        model.add(layers.BatchNormalization())
        model.add(layers.ReLU())
    model.add(layers.GlobalAveragePooling1D())
    model.add(layers.Dense(2, activation="softmax"))
    return model


def ct():
    """keras.io's 3D classification of CT volumes (Zunair et al. 2020), less its last block."""
    model = keras.Sequential([keras.Input((64, 64, 32, 1))])
    for filters in (64, 64, 128):
        model.add(layers.Conv3D(filters, 3, activation="relu"))
        model.add(layers.MaxPooling3D())
        model.add(layers.BatchNormalization())
    model.add(layers.GlobalAveragePooling3D())
    model.add(layers.Dense(512, activation="relu"))
    model.add(layers.Dropout(0.3))
    model.add(layers.Dense(2, activation="softmax"))
    return model


def stem():
    """Kernels of 7, 3, 1 and 5, half of them with stride 2."""
    return keras.Sequential(
        [
            keras.Input((128, 128, 3)),
            layers.Conv2D(64, 7, strides=2, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(128, 3, strides=2, padding="same", activation="relu"),
            layers.Conv2D(256, 1, activation="relu"),
            layers.Conv2D(256, 5, padding="same", activation="relu"),
            layers.GlobalAveragePooling2D(),
            layers.Dense(10, activation="softmax"),
        ]
    )


def vgg96():
    """The first three blocks of VGG16 (Simonyan and Zisserman 2015) on small pictures."""
    model = keras.Sequential([keras.Input((96, 96, 3))])
    for count, filters in ((2, 64), (2, 128), (3, 256)):
        for _ in range(count):
            model.add(layers.Conv2D(filters, 3, padding="same", activation="relu"))
        model.add(layers.MaxPooling2D())
    model.add(layers.Flatten())
    model.add(layers.Dense(256, activation="relu"))
    model.add(layers.Dense(10, activation="softmax"))
    return model


def wide():
    """Few layers with many filters."""
    model = keras.Sequential([keras.Input((32, 32, 3))])
    for filters in (64, 128, 256, 256):
        model.add(layers.Conv2D(filters, 3, padding="same"))
        model.add(layers.BatchNormalization())
        model.add(layers.ReLU())
        model.add(layers.MaxPooling2D())
    model.add(layers.GlobalAveragePooling2D())
    model.add(layers.Dense(10, activation="softmax"))
    return model


def airbench():
    """The network of airbench94 (Jordan 2024): 94 % on CIFAR-10 in seconds of a GPU."""
    model = keras.Sequential([keras.Input((32, 32, 3)), layers.Conv2D(24, 2), layers.Activation("gelu")])
    for filters in (64, 256, 256):
        model.add(layers.Conv2D(filters, 3, padding="same", use_bias=False))
        model.add(layers.MaxPooling2D())
        model.add(layers.BatchNormalization(scale=False))
        model.add(layers.Activation("gelu"))
        model.add(layers.Conv2D(filters, 3, padding="same", use_bias=False))
        model.add(layers.BatchNormalization(scale=False))
        model.add(layers.Activation("gelu"))
    model.add(layers.MaxPooling2D(3))
    model.add(layers.Flatten())
    model.add(layers.Dense(10, use_bias=False, activation="softmax"))
    return model


def vgg16():
    """VGG16 (Simonyan and Zisserman 2015) for ImageNet."""
    return keras.applications.VGG16(weights=None)


# MARK: - Graphs


def resnet18():
    """ResNet-18 (He et al. 2016)."""

    def unit(x, filters, kernel=3, strides=1):
        x = layers.Conv2D(filters, kernel, strides=strides, padding="same", use_bias=False)(x)
        return layers.BatchNormalization()(x)

    inputs = keras.Input((64, 64, 3))
    x = layers.ReLU()(unit(inputs, 64, 7, 2))
    x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
    for filters in (64, 128, 256, 512):
        for block in range(2):
            strides = 2 if filters > 64 and block == 0 else 1
            y = layers.ReLU()(unit(x, filters, strides=strides))
            y = unit(y, filters)
            x = unit(x, filters, 1, strides) if strides == 2 else x
            x = layers.ReLU()(layers.Add()([x, y]))
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(10, activation="softmax")(x))


def resnet20():
    """ResNet-20 for CIFAR-10 (He et al. 2016), as Keras's example cifar10_resnet.py has it, less its weight decay."""

    def unit(x, filters, strides=1):
        x = layers.Conv2D(filters, 3, strides=strides, padding="same")(x)
        return layers.BatchNormalization()(x)

    inputs = keras.Input((32, 32, 3))
    x = layers.ReLU()(unit(inputs, 16))
    for filters in (16, 32, 64):
        for block in range(3):
            strides = 2 if filters > 16 and block == 0 else 1
            y = layers.ReLU()(unit(x, filters, strides))
            y = unit(y, filters)
            x = layers.Conv2D(filters, 1, strides=strides, padding="same")(x) if strides == 2 else x
            x = layers.ReLU()(layers.Add()([x, y]))
    x = layers.Flatten()(layers.AveragePooling2D(8)(x))
    return keras.Model(inputs, layers.Dense(10, activation="softmax")(x))


def mobilenetv2():
    """MobileNetV2 (Sandler et al. 2018)."""
    return keras.applications.MobileNetV2((96, 96, 3), weights=None, classes=10)


# MARK: - The list


@dataclass(frozen=True)
class Network:
    """One network of the suite, and the size of its batches over all ranks."""

    build: Callable
    batch: int
    title: str
    # Whether parameters take most of the memory, of which every rank of cnn-dist has its own.
    is_heavy: bool = False

    @property
    def slice(self):
        """cnn-dist's: two ranks have work at least, and the default at most."""
        return min(self.batch // 2, 64)


NETWORKS = {
    network.build.__name__: network
    for network in (
        Network(tutorial, 512, "CNN of Keras's tutorial, 32×32×3"),
        Network(deep, 512, "six convolutions with batch normalisation, 32×32×3"),
        Network(fcn, 64, "FCN for series, 500×1"),
        Network(ct, 8, "3D CNN for CT volumes, 64×64×32×1"),
        Network(stem, 32, "kernels of 7, 3, 1 and 5, 128×128×3"),
        Network(vgg96, 32, "three blocks of VGG16, 96×96×3"),
        Network(wide, 256, "four wide convolutions, 32×32×3"),
        Network(airbench, 1024, "airbench94, 32×32×3"),
        Network(vgg16, 16, "VGG16, 224×224×3", is_heavy=True),
        Network(resnet18, 64, "ResNet-18, 64×64×3"),
        Network(resnet20, 128, "ResNet-20, 32×32×3"),
        Network(mobilenetv2, 64, "MobileNetV2, 96×96×3"),
    )
}


def values(model):
    """Weights drawn at random, samples, and what Keras makes of them in front of the softmax, which would hide much."""
    random = np.random.default_rng(1)
    for weight in model.weights:
        if weight.path.endswith(("gamma", "moving_variance")):
            value = random.uniform(0.5, 1.5, weight.shape)
        else:  # the depth of a sum is what keeps outputs apart, and finite
            inputs = np.prod(weight.shape[:-1]) if weight.path.endswith("kernel") else 100
            value = random.standard_normal(weight.shape) * np.sqrt(2 / inputs)
        weight.assign(value)
    model.layers[-1].activation = None
    samples = random.random((2, *model.input_shape[1:]), np.float32)
    weights = {"/".join(weight.path.split("/")[-2:]): weight.numpy() for weight in model.weights}
    return {**weights, "samples": samples, "outputs": np.asarray(model(samples, training=False))}


def main():
    global keras, layers, np
    import keras
    import numpy as np
    from keras import layers

    folder, *names = sys.argv[1:]
    folder, has_values = pathlib.Path(folder), "--values" in names
    for name in names[has_values:]:
        model = NETWORKS[name].build()
        model = keras.Model(model.inputs[0], model.outputs[0], name=name)  # a chain is a graph, too
        (folder / f"{name}.json").write_text(model.to_json())
        if has_values:
            np.savez(folder / f"{name}.npz", **values(model))


if __name__ == "__main__":
    main()
