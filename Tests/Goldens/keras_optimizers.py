#!/usr/bin/env python3
"""Twelve steps of each optimizer of Keras 3 on given gradients, for OptimizersTests. Writes optimizers.json beside this file.

    pip install keras tensorflow-cpu
    Tests/Goldens/keras_optimizers.py
"""
import json
import os
import pathlib

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np

o, s = keras.optimizers, keras.optimizers.schedules
rng = np.random.default_rng(3)
START = rng.normal(size=6).astype("float32")
GRADIENTS = (rng.normal(size=(12, 6)) * np.array([1, 1e-3, 100, 0.1, 1, 10])).astype("float32")
CASES = {
    "sgd": o.SGD(0.1, momentum=0.5, weight_decay=0.01),
    "sgd-nesterov": o.SGD(0.1, momentum=0.9, nesterov=True),
    "adam": o.Adam(0.01),
    "adam-amsgrad": o.Adam(0.01, beta_1=0.8, beta_2=0.95, amsgrad=True),
    "adamw": o.AdamW(0.01, weight_decay=0.1),
    "nadam": o.Nadam(0.01, beta_1=0.8, beta_2=0.99, weight_decay=0.05),
    "rmsprop": o.RMSprop(0.01),
    "rmsprop-all": o.RMSprop(0.01, rho=0.8, momentum=0.5, centered=True, epsilon=1e-4, weight_decay=0.05),
    "adagrad": o.Adagrad(0.1),
    "adagrad-all": o.Adagrad(0.1, initial_accumulator_value=0.5, epsilon=1e-3, weight_decay=0.05),
    "adamax": o.Adamax(0.01, beta_1=0.8, beta_2=0.9, weight_decay=0.05),
    "adadelta": o.Adadelta(0.5, rho=0.8, epsilon=1e-4, weight_decay=0.05),
    "lion": o.Lion(0.01, beta_1=0.8, beta_2=0.95, weight_decay=0.05),
}
SCHEDULES = {
    "exponential": s.ExponentialDecay(0.1, 10, 0.5),
    "polynomial": s.PolynomialDecay(0.1, 20, 0.01, power=2.0),
    "piecewise": s.PiecewiseConstantDecay([5, 12], [0.1, 0.05, 0.01]),
}


def run(optimizer):
    variable = keras.Variable(START)
    steps = []
    for gradient in GRADIENTS:
        optimizer.apply([keras.ops.convert_to_tensor(gradient)], [variable])
        steps.append([float(x) for x in np.asarray(variable)])
    return steps


document = {
    "keras": keras.version(), "start": START.tolist(), "gradients": GRADIENTS.tolist(),
    "optimizers": {name: run(optimizer) for name, optimizer in CASES.items()},
    "schedules": {name: [float(f"{float(schedule(step)):.8g}") for step in range(25)] for name, schedule in SCHEDULES.items()},
}
target = pathlib.Path(__file__).with_name("optimizers.json")
target.write_text(json.dumps(document, separators=(",", ":")) + "\n")
print(target.name, target.stat().st_size)
