#!/usr/bin/env python3
"""Writes a golden: what Keras computes in the first training steps of our CNN, from our initial weights.

    keras_losses.py BINARY cifar10|synthetic FOLDER GOLDEN.json [--float64]

BINARY is cnn-dist, FOLDER holds the data set in CIFAR-10's binary version (for synthetic it is written there).
Needs tensorflow-cpu, safetensors and numpy. Without dropout and shuffling nothing in the run is random, so that the
two frameworks can be compared step by step: see Tests/GoldenTests. --float64 lets Keras compute in double precision,
which tells how far off the single precision of either framework is.
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
from safetensors.numpy import load_file

SEED = 7
STEPS = 20
BATCH = 512
SAMPLES = STEPS * BATCH
RECORD = 1 + 3 * 32 * 32
CLASSES = 10


def training_bytes(folder):
    """The records that the steps take, from the first on."""
    paths = [folder / f"data_batch_{number}.bin" for number in (1, 2)]
    return b"".join(path.read_bytes() for path in paths)[: SAMPLES * RECORD]


def samples(data):
    """Pixels in 0...1 (N, 32, 32, 3), and one-hot labels (N, 10)."""
    records = np.frombuffer(data, np.uint8).reshape(-1, RECORD)
    pixels = records[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    return pixels.astype(np.float32) / np.float32(255), keras.utils.to_categorical(records[:, 0], CLASSES)


def cnn():
    """The CNN of the Keras tutorial without its dropout layers; `BuiltInModels` has ours."""
    return keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            keras.layers.Conv2D(32, 3, padding="same", activation="relu", name="conv2d"),
            keras.layers.Conv2D(32, 3, activation="relu", name="conv2d_1"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Flatten(),
            keras.layers.Dense(512, activation="relu", name="dense"),
            keras.layers.Dense(CLASSES, activation="softmax", name="dense_1"),
        ]
    )


def load_weights(model, path):
    """Fills the model as it is: both name and lay out tensors alike."""
    tensors = load_file(path)
    for layer in model.layers:
        if layer.weights:
            layer.set_weights([tensors[f"{layer.name}/{part}"] for part in ("kernel", "bias")])


def initial_weights(binary, dataset, folder, run):
    """Lets cnn-dist draw its initial weights; gives the command, the checkpoint and the weights' digest."""
    source = ["--dataset", dataset] + (["--data", folder] if dataset == "cifar10" else [])
    recipe = ["--model", "keras-cnn-no-dropout", "--no-shuffle", "--seed", str(SEED)]
    command = [binary, "train", *source, *recipe, "--steps", "0", "--run", run]
    subprocess.run(command, check=True, stdout=sys.stderr)
    checkpoint = os.path.join(run, "checkpoints", "latest")
    lines = subprocess.run([binary, "inspect", checkpoint], check=True, capture_output=True, text=True).stdout
    digest = next(line for line in lines.splitlines() if line.startswith("weights sha256: "))
    return checkpoint, digest.removeprefix("weights sha256: ")


def main():
    arguments = [argument for argument in sys.argv[1:] if argument != "--float64"]
    if len(arguments) != 4 or arguments[1] not in ("cifar10", "synthetic"):
        sys.exit(__doc__)
    binary, dataset, folder, golden = arguments
    if "--float64" in sys.argv:
        keras.config.set_floatx("float64")
    if dataset == "synthetic":
        subprocess.run([binary, "fetch", "synthetic", "--data", folder], check=True, stdout=sys.stderr)

    training = training_bytes(pathlib.Path(folder))
    validation = (pathlib.Path(folder) / "test_batch.bin").read_bytes()
    model = cnn()
    with tempfile.TemporaryDirectory() as temporary:
        checkpoint, weights_digest = initial_weights(binary, dataset, folder, os.path.join(temporary, "run"))
        load_weights(model, checkpoint)
    rate = keras.optimizers.schedules.InverseTimeDecay(0.01, decay_steps=1, decay_rate=4e-4)
    model.compile(keras.optimizers.SGD(rate, momentum=0.5), "categorical_crossentropy", metrics=["accuracy"])

    pixels, labels = samples(training)
    losses, accuracies, rates = [], [], []
    for start in range(0, SAMPLES, BATCH):
        rates.append(float(model.optimizer.learning_rate))
        model.reset_metrics()  # else they are means over the steps so far
        loss, accuracy = model.train_on_batch(pixels[start : start + BATCH], labels[start : start + BATCH])
        losses.append(float(loss))
        accuracies.append(float(accuracy))
    loss, accuracy = model.evaluate(*samples(validation), batch_size=BATCH, verbose=0)

    values = {
        "keras": keras.__version__,
        "tensorflow": tf.__version__,
        "precision": keras.config.floatx(),
        "command": shlex.join(["Tests/Goldens/keras_losses.py", *sys.argv[1:]]),
        "dataset": dataset,
        "training_sha256": hashlib.sha256(training).hexdigest(),
        "validation_sha256": hashlib.sha256(validation).hexdigest(),
        "seed": SEED,
        "initial_weights_sha256": weights_digest,
        "learning_rates": rates,
        "losses": losses,
        "accuracies": accuracies,
        "validation_loss": float(loss),
        "validation_accuracy": float(accuracy),
    }
    pathlib.Path(golden).write_text(json.dumps(values, indent=2) + "\n")


main()
