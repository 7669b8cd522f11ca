#!/usr/bin/env python3
"""Writes a golden: outputs and gradients of Keras's layers, one by one, for Tests/LayersTests to compare with.

    keras_layers.py layers.json

Needs tensorflow-cpu and numpy. Inputs, parameters and the gradient of the output come from `numbers`, a formula that both
sides know, so that only what Keras computed is in the file: y, dx, and the gradient of each parameter by its name; of
batch normalisation's averages what they are after one step.
"""

import json
import math
import os
import pathlib
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf

SAMPLES = 2
PRIME = 2039


def numbers(shape, seed):
    """Multiples of 1/512 in -2 ... 2. Cubes are all different modulo a prime that leaves 2 when divided by 3."""
    cubes = [pow(i + 97 * seed, 3, PRIME) for i in range(math.prod(shape))]
    return ((np.array(cubes) - PRIME // 2) / 512).astype(np.float32).reshape(shape)


def convolutions():
    for padding in ("valid", "same"):
        yield "Conv1D", {"filters": 3, "kernel_size": [3], "padding": padding}, (6, 2)
        yield "Conv1D", {"filters": 2, "kernel_size": [2], "strides": [3], "padding": padding}, (8, 3)
        yield "Conv1D", {"filters": 2, "kernel_size": [3], "dilation_rate": [2], "padding": padding}, (7, 2)
        yield "Conv2D", {"filters": 3, "kernel_size": [3, 3], "padding": padding}, (4, 5, 2)
        yield "Conv2D", {"filters": 2, "kernel_size": [2, 3], "strides": [3, 2], "padding": padding}, (7, 6, 2)
        yield "Conv2D", {"filters": 2, "kernel_size": [3, 2], "dilation_rate": [2, 3], "padding": padding}, (6, 5, 1)
        yield "Conv3D", {"filters": 2, "kernel_size": [2, 3, 1], "padding": padding}, (3, 4, 2, 2)
        yield "Conv3D", {"filters": 2, "kernel_size": [2, 2, 2], "strides": [1, 2, 2], "padding": padding}, (3, 5, 4, 1)
    yield "Conv2D", {"filters": 2, "kernel_size": [2, 2], "use_bias": False}, (3, 4, 2)
    for activation in ("relu", "leaky_relu", "sigmoid", "tanh", "gelu", "silu", "softmax"):
        yield "Conv2D", {"filters": 3, "kernel_size": [2, 2], "activation": activation}, (3, 4, 1)


def poolings():
    for kind in ("Max", "Average"):
        for padding in ("valid", "same"):
            yield f"{kind}Pooling1D", {"pool_size": [2], "padding": padding}, (7, 2)
            yield f"{kind}Pooling1D", {"pool_size": [3], "strides": [2], "padding": padding}, (8, 2)
            yield f"{kind}Pooling2D", {"pool_size": [2, 2], "padding": padding}, (5, 4, 2)
            yield f"{kind}Pooling2D", {"pool_size": [3, 2], "strides": [1, 3], "padding": padding}, (5, 7, 1)
            yield f"{kind}Pooling3D", {"pool_size": [2, 2, 2], "padding": padding}, (3, 4, 3, 1)
            yield f"{kind}Pooling3D", {"pool_size": [1, 3, 2], "strides": [1, 2, 1], "padding": padding}, (2, 4, 3, 1)
        for axes, shape in ((1, (5, 3)), (2, (3, 4, 2)), (3, (2, 3, 2, 2))):
            yield f"Global{kind}Pooling{axes}D", {}, shape
        yield f"Global{kind}Pooling2D", {"keepdims": True}, (3, 2, 2)


def others():
    yield "Dense", {"units": 4}, (5,)
    yield "Dense", {"units": 3, "use_bias": False}, (2, 3, 4)
    for activation in ("relu", "leaky_relu", "sigmoid", "tanh", "gelu", "silu", "softmax"):
        yield "Dense", {"units": 3, "activation": activation}, (4,)
        yield "Activation", {"activation": activation}, (3, 4)
    yield "ReLU", {}, (4, 3)
    yield "ReLU", {"max_value": 1.0, "negative_slope": 0.25, "threshold": 0.5}, (4, 3)
    yield "LeakyReLU", {}, (4, 3)
    yield "LeakyReLU", {"negative_slope": 0.1}, (4, 3)
    yield "Softmax", {}, (4, 3)
    yield "Flatten", {}, (3, 2, 2)
    yield "Reshape", {"target_shape": [2, -1]}, (3, 4)
    yield "ZeroPadding2D", {"padding": [[1, 0], [2, 3]]}, (2, 3, 2)
    for training in (True, False):
        for options in ({}, {"center": False}, {"scale": False, "epsilon": 0.1, "momentum": 0.8}):
            yield "BatchNormalization", options | {"training": training}, (3, 2, 3)
    yield "BatchNormalization", {"training": True}, (4,)


def digits(array):
    """All the digits of a float32, outermost axis first, without its axes."""
    return [float(f"{value:.8g}") for value in np.asarray(array, np.float64).ravel()]


def golden(kind, options, shape):
    keywords = dict(options)
    training = keywords.pop("training", None)
    layer = getattr(keras.layers, kind)(**keywords)
    layer.build((SAMPLES, *shape))
    for index, weight in enumerate(layer.weights):
        value = numbers(weight.shape, 2 + index)
        weight.assign(np.abs(value) + 0.5 if weight.name == "moving_variance" else value)
    x = tf.constant(numbers((SAMPLES, *shape), 1))
    weights = [weight.value for weight in layer.trainable_weights]
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = layer(x) if training is None else layer(x, training=training)
        loss = tf.reduce_sum(y * numbers(y.shape, 20))
    dx, *gradients = tape.gradient(loss, [x, *weights])
    case = {"layer": kind, "options": options, "input": shape, "output": list(y.shape[1:]), "y": digits(y), "dx": digits(dx)}
    case["gradients"] = {w.name: digits(g) for w, g in zip(layer.trainable_weights, gradients)}
    case["averages"] = {w.name: digits(w) for w in layer.non_trainable_weights if w.name.startswith("moving")}
    return case


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    cases = [golden(*case) for case in [*convolutions(), *poolings(), *others()]]
    head = {"keras": keras.__version__, "tensorflow": tf.__version__, "samples": SAMPLES}
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    pathlib.Path(sys.argv[1]).write_text(f'{json.dumps(head)[:-1]}, "cases": [\n{lines}\n]}}\n')


main()
