#!/usr/bin/env python3
"""Loads every NAME.keras and NAME.h5 in a folder with Keras, and says how far its outputs are from ours.

    load_keras.py FOLDER

NAME.x0, NAME.x1, … are its inputs and NAME.y0, … the outputs that are expected, all as raw floats. A line for each model: its
name, and the largest difference over the largest output, or over 1, or what is wrong with it.
"""

import os
import pathlib
import sys

os.environ |= {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1", "KERAS_BACKEND": "tensorflow"}

import keras
import numpy as np


def judge(path):
    model = keras.models.load_model(path)
    inputs = [
        np.fromfile(path.with_suffix(f".x{index}"), np.float32).reshape(-1, *tensor.shape[1:])
        for index, tensor in enumerate(model.inputs)
    ]
    outputs = model(inputs[0] if len(inputs) == 1 else inputs, training=False)
    worst = 0.0
    for index, given in enumerate(outputs if isinstance(outputs, list) else [outputs]):
        given = np.asarray(given)
        expected = np.fromfile(path.with_suffix(f".y{index}"), np.float32).reshape(given.shape)
        difference = float(np.abs(given - expected).max(initial=0)) / max(float(np.abs(expected).max(initial=0)), 1)
        if difference > 1e-5:
            raise ValueError(f"{model.output_names[index]} deviates by {difference}")
        worst = max(worst, difference)
    return worst


for path in sorted(pathlib.Path(sys.argv[1]).glob("case-*")):
    if path.suffix not in (".keras", ".h5"):
        continue
    try:
        print(path.stem, judge(path), sep="\t")
    except Exception as error:  # the test shows it
        print(path.stem, f"{type(error).__name__}: {error}".replace("\n", " ")[:2000], sep="\t")
