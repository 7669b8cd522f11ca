#!/usr/bin/env python3
"""Writes a golden: what Keras computes in 50 training steps of whole networks, by SGD, Adam and AdamW each.

    keras_training.py BINARY cifar10|synthetic FOLDER GOLDEN.json

BINARY is cnn-dist, FOLDER holds the data set in CIFAR-10's binary version (for synthetic it is written there).
Needs tensorflow-cpu, safetensors and numpy. cnn-dist draws the initial weights of the networks that Keras describes in
its own JSON; both then train on the first samples in order, and the losses are compared by Tests/GoldenTests. A batch is
one slice, so that batch normalisation has the same statistics in both.
"""

import hashlib
import json
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from safetensors.numpy import load_file

SEED = 7
STEPS = 50
BATCH = 64
RECORD = 1 + 3 * 32 * 32
CLASSES = 10

# What cnn-dist is told, and Keras's optimiser.
OPTIMIZERS = {
    "--optimizer sgd --learning-rate 0.004 --momentum 0.9 --nesterov --schedule constant": lambda: keras.optimizers.SGD(
        0.004, momentum=0.9, nesterov=True
    ),
    "--optimizer adam --clip-norm 1": lambda: keras.optimizers.Adam(0.001, global_clipnorm=1.0),
    "--optimizer adamw --weight-decay 0.05 --schedule cosine --label-smoothing 0.1": lambda: keras.optimizers.AdamW(
        keras.optimizers.schedules.CosineDecay(0.001, STEPS), weight_decay=0.05
    ),
}


def planes():
    """Convolutions in the plane: strides, dilation, an even kernel, a penalty, activations of every kind."""
    return [
        layers.Conv2D(16, 3, strides=2, padding="same", activation="relu", kernel_initializer="he_normal"),
        layers.ZeroPadding2D(1),
        layers.Conv2D(16, (3, 2), dilation_rate=2, activation="silu", kernel_regularizer=keras.regularizers.L2(0.01)),
        layers.MaxPooling2D(3, strides=2, padding="same"),
        layers.Flatten(),
        layers.Dense(48, activation="gelu"),
        layers.Dense(32, activation="tanh", bias_initializer="ones"),
        layers.Dense(CLASSES, activation="softmax"),
    ]


def volumes_and_lines():
    """Conv3D on the image as a volume, Conv1D on its rows."""
    return [
        layers.Reshape((32, 32, 3, 1)),
        layers.Conv3D(6, (3, 3, 2), strides=(2, 2, 1), padding="same", activation="relu"),
        layers.AveragePooling3D((2, 2, 1), padding="same"),
        layers.Reshape((8, -1)),
        layers.Conv1D(24, 3, padding="same", activation="sigmoid"),
        layers.MaxPooling1D(2),
        layers.Conv1D(16, 2, use_bias=False, activation="leaky_relu"),
        layers.GlobalMaxPooling1D(),
        layers.Dense(CLASSES, activation="softmax"),
    ]


def normalised():
    """Batch normalisation and averages."""
    return [
        layers.Conv2D(16, 3, padding="same", use_bias=False),
        layers.BatchNormalization(),
        layers.ReLU(),
        layers.AveragePooling2D(3, strides=2, padding="same"),
        layers.Conv2D(24, 3),
        layers.BatchNormalization(momentum=0.9, epsilon=1e-2),
        layers.LeakyReLU(negative_slope=0.1),
        layers.GlobalAveragePooling2D(),
        layers.Dense(CLASSES),
        layers.Softmax(),
    ]


def samples(data, count):
    """Pixels in 0...1 (N, 32, 32, 3), and one-hot labels (N, 10), of the first records."""
    records = np.frombuffer(data, np.uint8).reshape(-1, RECORD)[:count]
    pixels = records[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    return pixels.astype(np.float32) / np.float32(255), keras.utils.to_categorical(records[:, 0], CLASSES)


def load_weights(model, path):
    """Fills the model as it is: both name and lay out tensors alike."""
    tensors = load_file(path)
    for layer in model.layers:
        if layer.weights:
            layer.set_weights([tensors[f"{layer.name}/{weight.name}"] for weight in layer.weights])


def initial_weights(binary, dataset, folder, model, temporary):
    """Lets cnn-dist draw the weights of a model; gives the checkpoint and the weights' digest."""
    source = ["--dataset", dataset] + (["--data", folder] if dataset == "cifar10" else [])
    file = os.path.join(temporary, f"{model.name}.json")
    pathlib.Path(file).write_text(model.to_json())
    run = os.path.join(temporary, model.name)
    command = [binary, "train", *source, "--model", file, "--seed", str(SEED), "--steps", "0", "--run", run]
    subprocess.run(command, check=True, stdout=sys.stderr)
    checkpoint = os.path.join(run, "checkpoints", "latest")
    lines = subprocess.run([binary, "inspect", checkpoint], check=True, capture_output=True, text=True).stdout
    digest = next(line for line in lines.splitlines() if line.startswith("weights sha256: "))
    return checkpoint, digest.removeprefix("weights sha256: ")


def losses(model, optimizer, options, pixels, labels):
    """The losses of successive steps."""
    smoothing = 0.1 if "--label-smoothing" in options else 0.0
    model.compile(optimizer, keras.losses.CategoricalCrossentropy(label_smoothing=smoothing))
    found = []
    for step in range(STEPS):
        model.reset_metrics()  # else they are means over the steps so far
        part = slice(step * BATCH, (step + 1) * BATCH)
        found.append(float(model.train_on_batch(pixels[part], labels[part])))
    return found


def main():
    if len(sys.argv) != 5 or sys.argv[2] not in ("cifar10", "synthetic"):
        sys.exit(__doc__)
    binary, dataset, folder, golden = sys.argv[1:]
    if dataset == "synthetic":
        subprocess.run([binary, "fetch", "synthetic", "--data", folder], check=True, stdout=sys.stderr)
    training = (pathlib.Path(folder) / "data_batch_1.bin").read_bytes()
    pixels, labels = samples(training, STEPS * BATCH)

    models = []
    for build in (planes, volumes_and_lines, normalised):
        keras.backend.clear_session()  # so that automatic names begin anew
        model = keras.Sequential([keras.Input((32, 32, 3)), *build()], name=build.__name__)
        with tempfile.TemporaryDirectory() as temporary:
            checkpoint, digest = initial_weights(binary, dataset, folder, model, temporary)
            runs = []
            for options, optimizer in OPTIMIZERS.items():
                load_weights(model, checkpoint)
                runs.append({"options": options, "losses": losses(model, optimizer(), options, pixels, labels)})
        models.append({"architecture": model.to_json(), "initial_weights_sha256": digest, "runs": runs})

    values = {
        "keras": keras.__version__,
        "tensorflow": tf.__version__,
        "command": shlex.join(["Tests/Goldens/keras_training.py", *sys.argv[1:]]),
        "dataset": dataset,
        "training_sha256": hashlib.sha256(training).hexdigest(),
        "seed": SEED,
        "batch_size": BATCH,
        "models": models,
    }
    pathlib.Path(golden).write_text(json.dumps(values, indent=1) + "\n")


main()
