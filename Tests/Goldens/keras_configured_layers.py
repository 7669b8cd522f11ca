#!/usr/bin/env python3
"""Layers as Keras 3 writes them, with what it computes: for KerasFilesTests/KerasConfiguredLayerTests, which reads the configurations.

    pip install keras tensorflow-cpu
    Tests/Goldens/keras_configured_layers.py

Writes configured-*.json beside this file. Inputs, weights and output gradients are `numbers` with the seeds of keras_layers.py.
"""
import json
import os
import pathlib
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np
import tensorflow as tf
from keras import layers as L

SAMPLES = 3


def numbers(shape, seed):
    prime = 2_039
    roots = (np.arange(int(np.prod(shape)), dtype=np.int64) + 97 * seed) % prime
    return ((roots * roots % prime * roots % prime - prime // 2) / 512).astype("float32").reshape(shape)


def digits(tensor):
    return [float(f"{x:.7g}") for x in np.asarray(tensor).ravel()]


def golden(layer, shape, training=None):
    layer.build((SAMPLES, *shape))
    for index, weight in enumerate(layer.weights):
        if "seed" in weight.name or weight.name == "count":
            continue
        value = numbers(weight.shape, 2 + index)
        weight.assign(np.abs(value) + 0.5 if "variance" in weight.name else value)
    x = tf.constant(numbers((SAMPLES, *shape), 1))
    weights = [weight.value for weight in layer.trainable_weights]
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = layer(x) if training is None else layer(x, training=training)
        loss = tf.reduce_sum(y * numbers(y.shape, 20))
    dx, *gradients = tape.gradient(loss, [x, *weights])
    case = {} if training is None else {"training": training}
    return case | {
        "class_name": type(layer).__name__, "config": keras.layers.serialize(layer)["config"], "input": list(shape),
        "output": list(y.shape[1:]), "y": digits(y), # TensorFlow's gradient of an image transform is its inverse, roughly: ours is the transposed map, and checked by differences.
        "dx": [] if training else digits(dx),
        "gradients": {w.name: digits(g) for w, g in zip(layer.trainable_weights, gradients)},
    }


def convolutions():
    yield L.DepthwiseConv2D(3), (5, 6, 4)
    yield L.DepthwiseConv2D((3, 2), strides=(2, 2), padding="same", depth_multiplier=2, activation="relu"), (6, 7, 3)
    yield L.DepthwiseConv2D(3, dilation_rate=2, padding="same", use_bias=False), (7, 7, 17)
    yield L.DepthwiseConv2D(3, strides=2, padding="valid", activation="silu"), (8, 7, 5)
    yield L.DepthwiseConv1D(3, padding="same", depth_multiplier=3), (7, 2)
    yield L.DepthwiseConv1D(4, strides=2), (9, 3)
    yield L.SeparableConv2D(5, 3, padding="same", activation="tanh"), (5, 4, 3)
    yield L.SeparableConv2D(4, (2, 3), strides=(2, 2), depth_multiplier=2, use_bias=False), (6, 7, 2)
    yield L.SeparableConv2D(3, 3, padding="same", activation="gelu"), (4, 4, 2)
    yield L.SeparableConv1D(4, 3, strides=2, padding="same", depth_multiplier=2), (9, 3)
    yield L.Conv1DTranspose(3, 4, strides=2, padding="same"), (5, 2)
    yield L.Conv1DTranspose(3, 2, strides=3), (4, 2)
    yield L.Conv1DTranspose(2, 3, strides=1, dilation_rate=2, padding="same"), (6, 3)
    yield L.Conv2DTranspose(3, 3, strides=2, padding="same", activation="relu"), (3, 4, 2)
    yield L.Conv2DTranspose(2, (2, 3), strides=(2, 1)), (3, 4, 3)
    yield L.Conv2DTranspose(2, 3, strides=2, padding="same", output_padding=1, activation="silu"), (4, 3, 2)
    yield L.Conv2DTranspose(2, 3, strides=2, padding="valid", output_padding=(1, 0), use_bias=False), (3, 3, 2)
    yield L.Conv2DTranspose(16, 3, padding="same"), (4, 5, 16)
    yield L.Conv3DTranspose(2, 2, strides=2, padding="same"), (2, 3, 2, 2)
    yield L.Conv3DTranspose(2, 3, strides=(1, 2, 1)), (2, 2, 2, 1)
    yield L.Conv2D(6, 3, groups=3, padding="same", activation="relu"), (5, 4, 6)
    yield L.Conv2D(8, 3, strides=2, groups=2), (7, 7, 4)
    yield L.Conv2D(6, 3, groups=3, padding="same"), (5, 5, 3)
    yield L.Conv2D(32, 3, groups=2, padding="same", activation="gelu"), (4, 4, 32)
    yield L.Conv1D(4, 3, groups=2, padding="causal"), (7, 4)
    yield L.Conv1D(4, 3, strides=2, padding="causal"), (8, 3)
    yield L.Conv1D(3, 2, dilation_rate=3, padding="causal"), (9, 2)
    yield L.Conv3D(4, 2, groups=2, padding="same"), (3, 3, 2, 2)


def shapes():
    yield L.ZeroPadding1D(2), (4, 3)
    yield L.ZeroPadding1D((0, 2)), (4, 3)
    yield L.ZeroPadding2D((1, 2)), (3, 2, 2)
    yield L.ZeroPadding3D(((0, 1), (2, 0), (1, 1))), (2, 2, 3, 2)
    yield L.Cropping1D((1, 2)), (6, 3)
    yield L.Cropping2D(((1, 0), (2, 1))), (4, 5, 2)
    yield L.Cropping3D((1, 0, 1)), (4, 2, 3, 2)
    yield L.UpSampling1D(3), (4, 2)
    yield L.UpSampling2D((2, 3)), (3, 2, 2)
    yield L.UpSampling2D((2, 3), interpolation="bilinear"), (3, 4, 2)
    yield L.UpSampling2D(2, interpolation="bilinear"), (1, 5, 3)
    yield L.UpSampling3D((1, 2, 3)), (2, 2, 2, 2)
    yield L.Permute((2, 1)), (4, 3)
    yield L.Permute((3, 1, 2)), (4, 3, 2)
    yield L.RepeatVector(3), (4,)
    yield L.Identity(), (3, 2)


def normalizations():
    yield L.LayerNormalization(), (4, 6)
    yield L.LayerNormalization(axis=[-2, -1], epsilon=0.01), (3, 4, 2)
    yield L.LayerNormalization(center=False), (7,)
    yield L.LayerNormalization(scale=False), (2, 2, 5)
    yield L.GroupNormalization(groups=2), (3, 4, 6)
    yield L.GroupNormalization(groups=-1, epsilon=0.1), (3, 4, 3)
    yield L.GroupNormalization(groups=1, scale=False), (5, 4)
    yield L.GroupNormalization(groups=3, center=False), (6,)
    yield L.GroupNormalization(groups=4), (2, 3, 2, 8)
    yield L.UnitNormalization(), (3, 2, 5)


def activations():
    names = """celu elu exponential gelu hard_shrink hard_sigmoid hard_silu hard_tanh leaky_relu log_sigmoid log_softmax mish relu relu6 selu
        sigmoid silu soft_shrink softmax softplus softsign sparse_plus sparse_sigmoid squareplus tanh tanh_shrink""".split()
    for name in names:
        yield L.Activation(name), (3, 5)
    for name in ("elu", "hard_silu", "mish", "log_softmax", "relu6"):
        yield L.Dense(4, activation=name), (5,)
        yield L.Conv2D(3, 2, activation=name), (3, 3, 2)
    yield L.ELU(alpha=0.5), (4, 3)
    yield L.PReLU(), (3, 2, 2)
    yield L.PReLU(shared_axes=[1, 2]), (3, 4, 2)
    yield L.PReLU(shared_axes=[2]), (3, 4, 2)
    yield L.ReLU(max_value=1.0, negative_slope=0.1, threshold=0.25), (4, 3)
    yield L.LeakyReLU(0.1), (4, 3)


def preprocessing():
    yield L.Rescaling(1 / 255), (3, 2, 2)
    yield L.Rescaling([0.5, 2.0], offset=[1.0, -1.0]), (3, 2)
    yield L.Normalization(mean=[0.5, 1.0, -1.0], variance=[0.25, 2.0, 4.0]), (2, 2, 3)
    yield L.Normalization(mean=0.5, variance=0.3, axis=None), (2, 3)
    yield L.Normalization(mean=[0.5, 1.0], variance=[0.25, 2.0], invert=True), (3, 2)
    yield L.Normalization(axis=[1, 3], mean=[[0.5, 1.0], [0.0, 2.0], [1.0, 1.0]], variance=[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), (3, 2, 2)
    yield L.Resizing(4, 3), (6, 5, 2)
    yield L.Resizing(7, 8), (3, 4, 2)
    yield L.Resizing(5, 5, interpolation="nearest"), (3, 8, 2)
    yield L.Resizing(4, 4, crop_to_aspect_ratio=True), (5, 9, 2)
    yield L.CenterCrop(3, 4), (6, 5, 2)
    yield L.CenterCrop(6, 6), (4, 5, 2)


def moves():
    """Random layers whose ranges are single numbers, so that nothing is random."""
    for mode in ("reflect", "wrap", "constant", "nearest"):
        for interpolation in ("bilinear", "nearest"):
            fill = dict(fill_mode=mode, interpolation=interpolation, fill_value=0.5)
            yield L.RandomRotation((0.11, 0.11), **fill), (6, 5, 2), True
            yield L.RandomZoom((0.4, 0.4), (-0.3, -0.3), **fill), (5, 6, 2), True
            yield L.RandomTranslation((0.37, 0.37), (-0.61, -0.61), **fill), (5, 4, 1), True
    yield L.RandomRotation((-0.25, -0.25)), (4, 4, 1), True
    yield L.RandomZoom((0.7, 0.7)), (5, 5, 1), True
    yield L.RandomTranslation((0.99, 0.99), (0.8, 0.8)), (4, 4, 1), True
    yield L.RandomBrightness((0.2, 0.2), value_range=(-1.0, 1.5)), (3, 3, 2), True
    yield L.RandomRotation(0.2), (4, 4, 2), False
    yield L.RandomContrast(0.2), (4, 4, 2), False


GROUPS = {"moves": moves, "preprocessing": preprocessing, "activations": activations, "convolutions": convolutions, "shapes": shapes, "normalizations": normalizations}


def main():
    folder = pathlib.Path(__file__).parent
    for name, layers in GROUPS.items():
        if len(sys.argv) > 1 and name not in sys.argv[1:]:
            continue
        cases = [golden(*case) for case in layers()]
        lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
        target = folder / f"configured-{name}.json"
        target.write_text(f'{{"keras": "{keras.__version__}", "samples": {SAMPLES}, "cases": [\n{lines}\n]}}\n')
        print(target.name, target.stat().st_size)


main()
