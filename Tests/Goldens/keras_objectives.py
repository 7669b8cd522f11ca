#!/usr/bin/env python3
"""Losses, their gradients and metrics as Keras 3 computes them, for ObjectivesTests. Writes objectives.json beside this file.

    pip install keras tensorflow-cpu
    Tests/Goldens/keras_objectives.py
"""
import json
import os
import pathlib

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np
import tensorflow as tf

rng = np.random.default_rng(7)


def floats(array):
    return [float(np.float32(x)) for x in np.asarray(array).ravel()]


def probabilities(shape, axis=-1):
    x = np.exp(rng.normal(size=shape) * 2)
    return (x / x.sum(axis, keepdims=True)).astype("float32")


def loss_case(name, loss, outputs, targets, **options):
    y = tf.constant(outputs.astype("float32"))
    with tf.GradientTape() as tape:
        tape.watch(y)
        value = loss(tf.constant(targets), y)
    return dict(
        name=name, output=list(outputs.shape[1:]), outputs=floats(outputs), targets=[float(x) for x in targets.ravel()],
        areClasses=bool(np.issubdtype(targets.dtype, np.integer)), loss=float(value), gradient=floats(tape.gradient(value, y)), **options)


def losses():
    logits = (rng.normal(size=(5, 4)) * 3).astype("float32")
    labels = rng.integers(0, 4, size=5).astype("int32")
    shares = probabilities((5, 4))
    pixels = (rng.normal(size=(2, 3, 2, 3)) * 3).astype("float32")
    classes = rng.integers(0, 3, size=(2, 3, 2)).astype("int32")
    several = (rng.random((6, 3)) < 0.4).astype("float32")
    wide = (rng.normal(size=(6, 3)) * 4).astype("float32")
    numbers = rng.normal(size=(6, 3)).astype("float32") * 2
    k = keras.losses
    yield loss_case("sparse_categorical_crossentropy", k.SparseCategoricalCrossentropy(from_logits=True), logits, labels, fromLogits=True)
    yield loss_case("sparse_categorical_crossentropy", k.SparseCategoricalCrossentropy(from_logits=True), pixels, classes, fromLogits=True)
    yield loss_case("sparse_categorical_crossentropy", k.SparseCategoricalCrossentropy(), probabilities((5, 4)), labels, fromLogits=False)
    for smoothing in (0.0, 0.1):
        yield loss_case("categorical_crossentropy", k.CategoricalCrossentropy(from_logits=True, label_smoothing=smoothing), logits, shares,
                        fromLogits=True, smoothing=smoothing)
        yield loss_case("categorical_crossentropy", k.CategoricalCrossentropy(label_smoothing=smoothing), probabilities((5, 4)) * 0.7, shares,
                        fromLogits=False, smoothing=smoothing)
        yield loss_case("binary_crossentropy", k.BinaryCrossentropy(from_logits=True, label_smoothing=smoothing), wide, several,
                        fromLogits=True, smoothing=smoothing)
        yield loss_case("binary_crossentropy", k.BinaryCrossentropy(label_smoothing=smoothing), 1 / (1 + np.exp(-wide)), several,
                        fromLogits=False, smoothing=smoothing)
    yield loss_case("mean_squared_error", k.MeanSquaredError(), wide, numbers)
    yield loss_case("mean_absolute_error", k.MeanAbsoluteError(), wide, numbers)
    yield loss_case("huber", k.Huber(), wide, numbers, delta=1.0)
    yield loss_case("huber", k.Huber(delta=2.5), wide, numbers, delta=2.5)


def metric_case(name, metric, outputs, targets, keras_targets=None, **options):
    metric.update_state(targets if keras_targets is None else keras_targets, outputs)
    return dict(
        name=name, output=list(outputs.shape[1:]), outputs=floats(outputs), targets=[float(x) for x in targets.ravel()],
        areClasses=bool(np.issubdtype(targets.dtype, np.integer)), value=float(np.mean(metric.result())), **options)


def metrics():
    k = keras.metrics
    p = probabilities((40, 6))
    labels = np.where(rng.random(40) < 0.5, p.argmax(-1), rng.integers(0, 6, size=40)).astype("int32")
    onehot = np.eye(6, dtype="float32")[labels]
    pixels = probabilities((3, 4, 4, 3))
    classes = rng.integers(0, 3, size=(3, 4, 4)).astype("int32")
    one = rng.random((50, 1)).astype("float32")
    one[:8, 0] = [0, 1, 0.5, 1 / 199, 2 / 199, 100 / 199, 198 / 199, 0.25]
    truth = (rng.random((50, 1)) < one).astype("float32")
    several = rng.random((30, 4)).astype("float32")
    marks = (rng.random((30, 4)) < several).astype("float32")
    numbers, aims = rng.normal(size=(20, 3)).astype("float32"), rng.normal(size=(20, 3)).astype("float32")
    categorical = dict(loss="sparse_categorical_crossentropy")
    binary = dict(loss="binary_crossentropy")
    yield metric_case("accuracy", k.SparseCategoricalAccuracy(), p, labels, **categorical)
    yield metric_case("accuracy", k.SparseCategoricalAccuracy(), pixels, classes, **categorical)
    yield metric_case("accuracy", k.CategoricalAccuracy(), p, onehot, loss="categorical_crossentropy")
    yield metric_case("accuracy", k.BinaryAccuracy(), one, truth, **binary)
    yield metric_case("accuracy", k.CategoricalAccuracy(), several, marks, **binary)
    yield metric_case("binary_accuracy", k.BinaryAccuracy(), several, marks, **binary)
    for n in (2, 5):
        yield metric_case(f"top_{n}_accuracy", k.SparseTopKCategoricalAccuracy(n), p, labels, **categorical)
    for name, metric in (("precision", k.Precision), ("recall", k.Recall)):
        yield metric_case(name, metric(), one, truth, **binary)
        yield metric_case(name, metric(), several, marks, **binary)
        yield metric_case(name, metric(), p, labels, onehot, **categorical)
    yield metric_case("f1_score", k.F1Score(average="macro"), p, labels, onehot, **categorical)
    yield metric_case("f1_score", k.F1Score(average="macro", threshold=0.5), several, marks, **binary)
    yield metric_case("f1_score", k.F1Score(average="macro", threshold=0.5), one, truth, **binary)
    yield metric_case("auc", k.AUC(), one, truth, **binary)
    yield metric_case("auc", k.AUC(), several, marks, **binary)
    yield metric_case("auc", k.AUC(), p, labels, onehot, **categorical)
    yield metric_case("mean_absolute_error", k.MeanAbsoluteError(), numbers, aims, loss="mean_squared_error")
    yield metric_case("mean_squared_error", k.MeanSquaredError(), numbers, aims, loss="mean_squared_error")
    yield metric_case("mean_squared_error", k.MeanSquaredError(), p, labels, onehot, **categorical)
    yield metric_case("mean_io_u", k.MeanIoU(3, sparse_y_pred=False), pixels, classes, **categorical)


target = pathlib.Path(__file__).with_name("objectives.json")
document = dict(keras=keras.version(), losses=list(losses()), metrics=list(metrics()))
target.write_text(json.dumps(document, separators=(",", ":")) + "\n")
print(target, target.stat().st_size)
