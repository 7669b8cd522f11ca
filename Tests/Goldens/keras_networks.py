#!/usr/bin/env python3
"""Writes networks.json: what Keras computes in 20 training steps of the networks in networks.py.

    keras_networks.py GOLDEN.json [NAME...]      all networks, or some of those that the file has anew

Needs tensorflow-cpu and numpy. Samples, targets and starting weights come from formulas that Tests/GoldenTests has too
(`values`), so neither needs the other: the numbers are whole multiples of a power of two, alike in every precision. Both
train on the first samples in order, a batch a slice, so that batch normalisation has the same statistics. Keras computes in
single and in double precision: the losses of the latter are exact, and how far those of the former are from them, relative
to the loss, tells what rounding alone does.
"""

import hashlib
import json
import os
import pathlib
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf
from keras import optimizers

import networks

tf.get_logger().setLevel("ERROR")

STEPS = 20
TESTED = 40  # samples of the test set


def values(count, salt):
    """Numbers of 0...4095 that look random: the last mixing of xxHash32 (Collet 2012) of salt * 2^24 + 0, 1, 2, …"""
    h = (np.arange(count, dtype=np.uint64) + (salt << 24)).astype(np.uint32)
    h ^= h >> 15
    h *= np.uint32(0x85EBCA77)
    h ^= h >> 13
    h *= np.uint32(0xC2B2AE3D)
    h ^= h >> 16
    return h >> 20


# MARK: - Data

KINDS = {}


def kind(make):
    KINDS[make.__name__] = make
    return make


@kind
def classes(shape, count, units, salt):
    """One class a sample, which makes it brighter."""
    y = values(count, salt) % units
    return samples(shape, count, y * 127 // max(1, units - 1), salt + 1), y.astype(np.uint8)


@kind
def binary(shape, count, units, salt):
    """Each of some labels holds or not; the more hold, the brighter is the sample."""
    y = (values(count * units, salt) >> 11).reshape(count, units)
    return samples(shape, count, y.sum(axis=1) * 127 // units, salt + 1), y.astype(np.uint8)


@kind
def pixels(shape, count, units, salt):
    """A class a pixel: which quarter of the range the first channel is in."""
    x = samples(shape, count, values(count, salt) >> 5, salt + 1)
    return x, (x[..., 0] * 256 * units // 256).astype(np.uint8)


@kind
def numbers(shape, count, units, salt):
    """Some numbers of -2..<2."""
    y = values(count * units, salt).reshape(count, units)
    return samples(shape, count, y[:, 0] >> 5, salt + 1), (y.astype(np.float32) - 2048) / 1024


@kind
def itself(shape, count, units, salt):
    """The sample is its own target."""
    x = samples(shape, count, values(count, salt) >> 5, salt + 1)
    return x, x


def samples(shape, count, brightness, salt):
    """Values of 0..<1 in steps of 1/256: noise of 0...127 and the sample's brightness."""
    x = values(count * int(np.prod(shape)), salt).reshape(count, *shape) >> 5
    return (x + brightness.reshape(-1, *[1] * len(shape))).astype(np.float32) / 256


# MARK: - Tasks

SGD = "--optimizer sgd --learning-rate 0.01 --momentum 0.9 --nesterov --schedule constant", lambda: optimizers.SGD(
    0.01, momentum=0.9, nesterov=True
)
GENTLE = "--optimizer sgd --learning-rate 0.0003 --momentum 0.9 --schedule constant", lambda: optimizers.SGD(
    0.0003, momentum=0.9
)
ADAM = "--optimizer adam --learning-rate 0.001", lambda: optimizers.Adam(0.001)
ADAM4 = "--optimizer adam --learning-rate 0.0001", lambda: optimizers.Adam(1e-4)
RMSPROP = "--optimizer rmsprop --learning-rate 0.001", lambda: optimizers.RMSprop(0.001)


class Task:
    """A network, what it learns, and how."""

    def __init__(self, build, kind, units, loss, optimizer, batch=16, scale=1, name=None, exact=None):
        self.build = build
        self.kind = kind
        self.units = units
        self.loss = loss
        self.options, self.optimizer = optimizer
        self.batch = batch
        self.scale = scale
        self.name = name
        self.exact = exact or build  # where not all of Keras's layers compute in double precision

    def data(self, shape):
        """Training and test data."""
        for salt, count in ((1, STEPS * self.batch), (3, TESTED)):
            x, y = KINDS[self.kind](shape, count, self.units, salt)
            yield x * np.float32(self.scale)
            yield y


def small(options, optimizer, **more):
    name = more.pop("name")
    return Task(networks.small, "classes", 10, "sparse_categorical_crossentropy", (options, optimizer), name=name, **more)


CLASSES = "sparse_categorical_crossentropy"
TASKS = [
    Task(networks.resnet20, "classes", 10, CLASSES, GENTLE),
    Task(networks.inception, "classes", 10, CLASSES, SGD),
    Task(networks.densenet, "classes", 10, CLASSES, GENTLE),
    Task(networks.mobilenet, "classes", 10, CLASSES, GENTLE),
    Task(networks.efficientnet, "classes", 10, CLASSES, ADAM, scale=256),
    Task(networks.xception, "binary", 1, "binary_crossentropy", ADAM),
    Task(networks.augmented, "classes", 10, CLASSES, ADAM, scale=256, exact=lambda: networks.augmented(False)),
    Task(networks.transfer, "classes", 10, CLASSES, ADAM, scale=256),
    Task(networks.tuned, "classes", 10, CLASSES, GENTLE),
    Task(networks.unet, "pixels", 4, CLASSES, ADAM, batch=8),
    Task(networks.pets, "pixels", 3, CLASSES, RMSPROP, batch=8),
    Task(networks.series_resnet, "classes", 5, CLASSES, ADAM),
    Task(networks.series_fcn, "classes", 5, CLASSES, ADAM),
    Task(networks.autoencoder, "itself", 1, "mean_squared_error", ADAM),
    Task(networks.volume, "binary", 1, "binary_crossentropy", ADAM4, batch=4),
    Task(networks.eegnet, "classes", 4, CLASSES, ADAM),
    Task(networks.shared, "classes", 10, CLASSES, SGD),
    Task(networks.normalized, "classes", 10, CLASSES, SGD),
    Task(lambda: networks.small(6, "sigmoid"), "binary", 6, "binary_crossentropy", ADAM, name="labels"),
    Task(lambda: networks.small(3, None), "numbers", 3, "mean_squared_error", ADAM, name="squared"),
    Task(lambda: networks.small(1, "linear"), "numbers", 1, "mean_absolute_error", SGD, name="absolute"),
    Task(lambda: networks.small(2, "tanh"), "numbers", 2, "huber", SGD, name="huber"),
    small(
        "--optimizer rmsprop --rho 0.95 --momentum 0.8 --centered",
        lambda: optimizers.RMSprop(0.001, rho=0.95, momentum=0.8, centered=True), name="rmsprop",
    ),
    small("--optimizer nadam", lambda: optimizers.Nadam(), name="nadam"),
    small("--optimizer adam --amsgrad", lambda: optimizers.Adam(amsgrad=True), name="amsgrad"),
    small("--optimizer adamax", lambda: optimizers.Adamax(), name="adamax"),
    small("--optimizer adadelta --learning-rate 0.5", lambda: optimizers.Adadelta(0.5), name="adadelta"),
    small("--optimizer adagrad --learning-rate 0.01", lambda: optimizers.Adagrad(0.01), name="adagrad"),
    small("--optimizer lion --learning-rate 0.0005", lambda: optimizers.Lion(0.0005), name="lion"),
    small(
        SGD[0] + " --clip-value 0.01", lambda: optimizers.SGD(0.01, momentum=0.9, nesterov=True, clipvalue=0.01),
        name="clip-value",
    ),
    small(
        SGD[0] + " --clip-norm 0.5",
        lambda: optimizers.SGD(0.01, momentum=0.9, nesterov=True, global_clipnorm=0.5), name="clip-norm",
    ),
    small(
        SGD[0] + " --clip-tensor-norm 0.1", lambda: optimizers.SGD(0.01, momentum=0.9, nesterov=True, clipnorm=0.1),
        name="clip-tensor-norm",
    ),
]


# MARK: - Weights


def leaves(model):
    """The layers with weights, those of nested models in place."""
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from leaves(layer)
        elif layer.weights:
            yield layer


def bounds(weight):
    """The lowest value and how many the range is wide, in 1024ths: He's for kernels (2015)."""
    name, shape = weight.name, weight.shape
    if name in ("gamma", "moving_variance"):
        return 768, 512
    if name == "alpha":
        return 0, 512
    if name in ("beta", "bias", "moving_mean"):
        return -128, 256
    inputs = np.prod(shape[:-2]) if name == "depthwise_kernel" else np.prod(shape[:-1])
    limit = min(1024, int(np.sqrt(6 / inputs) * 1024))
    return -limit, 2 * limit


def starting_weights(model):
    """Fills the model; gives names, shapes and bounds of the weights, and their digest."""
    listed, digest = [], hashlib.sha256()
    for layer in leaves(model):
        for weight in layer.weights:
            low, width = bounds(weight)
            drawn = values(int(np.prod(weight.shape)), 16 + len(listed)).astype(np.float64)
            value = ((low + width * drawn / 4096) / 1024).reshape(weight.shape)
            assert np.all(value == value.astype(np.float32)), weight.path
            weight.assign(value)
            digest.update(value.astype(np.float32).tobytes())
            listed.append([f"{layer.name}/{weight.name}", list(weight.shape), low, width])
    assert len({name for name, *_ in listed}) == len(listed), "weights of equal names"
    return listed, digest.hexdigest()


# MARK: - Training


def pairs(layer, x):
    """MaxPooling3D by 2, which TensorFlow lacks in double precision."""
    assert layer.pool_size == (2, 2, 2) == layer.strides
    a, b, c = (extent // 2 * 2 for extent in x.shape[1:4])
    x = tf.maximum(x[:, :a:2], x[:, 1:a:2])
    x = tf.maximum(x[:, :, :b:2], x[:, :, 1:b:2])
    return tf.maximum(x[:, :, :, :c:2], x[:, :, :, 1:c:2])


def train(task, precision):
    """The losses of successive steps, and the loss and accuracy on the test set, in a precision."""
    keras.backend.set_floatx(precision)
    if precision == "float64":
        keras.layers.MaxPooling3D.call = pairs
    keras.backend.clear_session()  # so that automatic names begin anew
    model = task.exact() if precision == "float64" else task.build()
    name = task.name or model.name
    document = json.loads(model.to_json())
    document["config"]["name"] = name
    listed, digest = starting_weights(model)
    x, y, test_x, test_y = task.data(model.input_shape[1:])
    logits = model.layers[-1].get_config().get("activation") == "linear" and task.loss.endswith("crossentropy")
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True) if logits else task.loss
    model.compile(task.optimizer(), loss, metrics=[] if task.kind in ("numbers", "itself") else ["accuracy"])
    losses = []
    for step in range(STEPS):
        model.reset_metrics()  # else they are means over the steps so far
        part = slice(step * task.batch, (step + 1) * task.batch)
        losses.append(float(np.ravel(model.train_on_batch(x[part], y[part]))[0]))
    judgement = [float(v) for v in np.ravel(model.evaluate(test_x, test_y, batch_size=TESTED, verbose=0))]
    digests = [hashlib.sha256(np.ascontiguousarray(a).tobytes()).hexdigest() for a in (x, y, test_x, test_y)]
    return {
        "name": name,
        "architecture": json.dumps(document, separators=(",", ":")),
        "shape": list(model.input_shape[1:]),
        "targets": task.kind,
        "units": task.units,
        "scale": task.scale,
        "batch_size": task.batch,
        "data_sha256": digests,
        "options": f"--loss {task.loss} {task.options}",
        "weights": listed,
        "weights_sha256": digest,
        "losses": losses,
        "judgement": judgement,
    }


def apart(found, expected):
    return [float(f"{abs(a - b) / max(abs(b), 1e-9):.2g}") for a, b in zip(found, expected)]


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    path, names = pathlib.Path(sys.argv[1]), sys.argv[2:]
    known = {entry["name"]: entry for entry in json.loads(path.read_text())["networks"]} if names else {}
    entries = []
    for task in TASKS:
        name = task.name or task.build.__name__
        if not names or name in names:
            single = train(task, "float32")
            double = train(task, "float64")
            single["exact"] = double["losses"]
            single["rounding"] = apart(single["losses"], single["exact"])
            single["judgement_rounding"] = apart(single["judgement"], double["judgement"])
            known[name] = single
            losses = single["losses"]
            print(
                f"{name:14} {losses[0]:.6f} … {losses[-1]:.6f}, rounding {max(single['rounding'][:4]):.1e} "
                f"{max(single['rounding']):.1e}, test {single['judgement']} {single['judgement_rounding']}",
                flush=True,
            )
        if name in known:
            entries.append(known[name])
    # A network a line, that changes can be read.
    lines = ",\n".join(json.dumps(entry, separators=(",", ":")) for entry in entries)
    head = {"keras": keras.__version__, "tensorflow": tf.__version__, "steps": STEPS, "tested": TESTED}
    path.write_text(json.dumps(head)[:-1] + ', "networks": [\n' + lines + "\n]}\n")


main()
