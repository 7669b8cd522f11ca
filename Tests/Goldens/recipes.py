#!/usr/bin/env python3
"""What modern recipes are made of, for OptimizersTests and TrainingTests: steps of Muon as Keras 3 takes them and as airbench94
(Jordan 2024) does, by NumPy in double precision; and the filters that whiten patches. Writes recipes.json beside this file.

    pip install keras tensorflow-cpu
    Tests/Goldens/recipes.py
"""
import json
import os
import pathlib

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np

rng = np.random.default_rng(7)
STEPS = 4


def draw(*shape):
    return rng.normal(size=shape).astype("float32")


def rounded(array):
    return [float(f"{x:.9g}") for x in np.asarray(array, "float64").ravel()]


def keras_muon(shape, **options):
    start, gradients = draw(*shape), [draw(*shape) for _ in range(STEPS)]
    variable, optimizer = keras.Variable(start), keras.optimizers.Muon(0.01, **options)
    steps = []
    for gradient in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(gradient)], [variable])
        steps.append(rounded(variable))
    return {"shape": shape, "start": rounded(start), "gradients": list(map(rounded, gradients)), "steps": steps}


def orthogonalized(x):
    """Three Newton–Schulz steps, filters first."""
    x = x / (np.linalg.norm(x) + 1e-7)
    is_tall = x.shape[0] > x.shape[1]
    x = x.T if is_tall else x
    for _ in range(3):
        a = x @ x.T
        x = 3.4445 * x + (-4.7750 * a + 2.0315 * a @ a) @ x
    return x.T if is_tall else x


def airbench_muon(shape, rate=0.24, momentum=0.6):
    """With filters first, as PyTorch has them; what is written has them last."""
    start, gradients = draw(*shape), [draw(*shape) for _ in range(STEPS)]
    weight, velocity, steps = np.moveaxis(start.astype("float64"), -1, 0), 0, []
    for gradient in gradients:
        gradient = np.moveaxis(gradient.astype("float64"), -1, 0)
        velocity = momentum * velocity + gradient
        direction = gradient + momentum * velocity
        weight = weight * len(weight) ** 0.5 / np.linalg.norm(weight)
        weight = weight - rate * orthogonalized(direction.reshape(len(weight), -1)).reshape(weight.shape)
        steps.append(rounded(np.moveaxis(weight, 0, -1)))
    return {"shape": shape, "start": rounded(start), "gradients": list(map(rounded, gradients)), "steps": steps}


def whitening(count, height, width, channels, size, epsilon):
    """Σ f·fᵀ over the filters, which does not depend on the signs of eigenvectors."""
    images = np.abs(draw(count, height, width, channels)).clip(0, 1)
    images[..., 1] = 0.5 * images[..., 1] + 0.5 * images[..., 0]
    windows = np.lib.stride_tricks.sliding_window_view(images.astype("float64"), (size, size), (1, 2))
    patches = windows.transpose(0, 1, 2, 4, 5, 3).reshape(-1, size * size * channels)
    values, vectors = np.linalg.eigh(patches.T @ patches / len(patches))
    filters = (vectors / np.sqrt(values + epsilon))[:, ::-1]
    both = np.concatenate([filters, -filters], 1)
    return {
        "shape": [count, height, width, channels], "images": rounded(images), "epsilon": epsilon,
        "lengths": rounded(np.linalg.norm(filters, axis=0)), "gram": rounded(both @ both.T),
    }


document = {
    "keras": keras.version(),
    "keras_muon": {
        "wide": keras_muon((3, 5), weight_decay=0.1),
        "tall": keras_muon((7, 4), weight_decay=0.1, momentum=0.8, nesterov=False, ns_steps=3),
    },
    "airbench_muon": {"few": airbench_muon((3, 3, 2, 5)), "many": airbench_muon((2, 2, 1, 9))},
    "whitening": whitening(6, 5, 4, 2, 2, 5e-4),
}
target = pathlib.Path(__file__).with_name("recipes.json")
target.write_text(json.dumps(document, separators=(",", ":")) + "\n")
print(target.name, target.stat().st_size)
