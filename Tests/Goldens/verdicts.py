#!/usr/bin/env python3
"""Confusion matrices, figures of classes, calibration and residuals in plain numpy, by the definitions of scikit-learn's
confusion_matrix, precision_recall_fscore_support and r2_score, for ObjectivesTests. Writes verdicts.json beside this file.

    pip install numpy
    Tests/Goldens/verdicts.py
"""
import json
import pathlib

import numpy as np

rng = np.random.default_rng(11)
BINS = 10


def floats(array):
    return [float(np.float32(x)) for x in np.asarray(array).ravel()]


def share(part, whole):
    return float(part / whole) if whole else 0.0


def figures(truth, predicted, classes):
    """(precision, recall, f1, support, predicted) of each class."""
    rows = []
    for c in range(classes):
        both, of, taken = ((truth == c) & (predicted == c)).sum(), (truth == c).sum(), (predicted == c).sum()
        p, r = share(both, taken), share(both, of)
        rows.append([p, r, share(2 * p * r, p + r), int(of), int(taken)])
    return rows


def calibration(confidence, right):
    """Answers, right ones and mean confidence of each bin, and the expected calibration error."""
    place = np.minimum((confidence.astype("float64") * BINS).astype(int), BINS - 1)
    bins, error = [], 0.0
    for b in range(BINS):
        own = place == b
        n = int(own.sum())
        mean = share(confidence[own].sum(), n)
        bins.append([n, int(right[own].sum()), mean])
        error += n * abs(share(right[own].sum(), n) - mean)
    return dict(bins=bins, error=share(error, confidence.size))


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def case(name, loss, form, output, outputs, targets, areClasses, **expected):
    return dict(
        name=name, loss=loss, form=form, output=output, outputs=floats(outputs), targets=floats(targets),
        areClasses=areClasses, **expected)


def matrix(truth, predicted, classes):
    counts = np.zeros((classes, classes), int)
    np.add.at(counts, (truth.ravel(), predicted.ravel()), 1)
    return counts.tolist()


def of_classes(name, loss, form, output, outputs, p, targets, truth, areClasses, classes):
    """One class at each position; p has a probability for each class at each place."""
    predicted = p.argmax(-1)
    confidence = p.max(-1)
    right = predicted == truth
    positions = int(np.prod(truth.shape[1:]))
    extra = {}
    if positions == 1:
        wrong = np.flatnonzero(~right.ravel())
        order = sorted(wrong, key=lambda n: (-confidence.ravel()[n], n))
        extra["mistakes"] = [int(n) for n in order]
        extra["trueProbabilities"] = floats(np.take_along_axis(p.reshape(-1, classes), truth.reshape(-1, 1), 1))
    else:
        rights = right.reshape(len(truth), -1).sum(1)
        extra["mistakes"] = [int(n) for n in sorted(range(len(truth)), key=lambda n: (rights[n], n)) if rights[n] < positions]
    return case(
        name, loss, form, output, outputs, targets, areClasses, matrix=matrix(truth, predicted, classes),
        classes=figures(truth.ravel(), predicted.ravel(), classes),
        calibration=calibration(confidence.ravel(), right.ravel()), **extra)


def cases():
    logits = (2 * rng.normal(size=(60, 5))).astype("float32")
    labels = rng.integers(0, 4, size=60)  # no sample is of class 4
    yield of_classes("softmax", "sparse_categorical_crossentropy", "softmaxLogits", [5], logits, softmax(logits), labels, labels, True, 5)
    p = softmax(logits).astype("float32")
    yield of_classes("probabilities", "sparse_categorical_crossentropy", "values", [5], p, p, labels, labels, True, 5)
    shares = rng.dirichlet(np.ones(3), size=20).astype("float32")
    x = rng.normal(size=(20, 3)).astype("float32")
    yield of_classes("shares", "categorical_crossentropy", "softmaxLogits", [3], x, softmax(x), shares, shares.argmax(-1), False, 3)
    x = (2 * rng.normal(size=(40, 1))).astype("float32")
    yes = rng.integers(0, 2, size=40)
    q = sigmoid(x)
    both = np.concatenate([1 - q, q], -1)
    yield of_classes("sigmoid", "binary_crossentropy", "sigmoidLogits", [1], x, both, yes, yes, True, 2)
    yield of_classes("sigmoid of values", "binary_crossentropy", "sigmoidLogits", [1], x, both, yes, yes, False, 2)
    x = (2 * rng.normal(size=(6, 3, 4, 3))).astype("float32")
    places = rng.integers(0, 3, size=(6, 3, 4))
    places[2] = x[2].argmax(-1)  # all right
    yield of_classes("positions", "sparse_categorical_crossentropy", "softmaxLogits", [3, 4, 3], x, softmax(x), places, places, True, 3)
    x = (2 * rng.normal(size=(6, 3, 4, 1))).astype("float32")
    places = rng.integers(0, 2, size=(6, 3, 4))
    q = sigmoid(x)
    yield of_classes(
        "sigmoid at positions", "binary_crossentropy", "sigmoidLogits", [3, 4, 1], x, np.concatenate([1 - q, q], -1), places, places,
        True, 2)

    x = (2 * rng.normal(size=(30, 4))).astype("float32")
    labels = rng.integers(0, 2, size=(30, 4))
    labels[3] = x[3] > 0
    q = sigmoid(x)
    told = q > 0.5
    right = told == labels
    confidence = np.where(told, q, 1 - q)
    worst = [max(confidence[n][~right[n]], default=-1) for n in range(30)]
    yield case(
        "labels", "binary_crossentropy", "sigmoidLogits", [4], x, labels, False,
        classes=[figures(labels[:, c], told[:, c], 2)[1] for c in range(4)],
        calibration=calibration(confidence.ravel(), right.ravel()),
        mistakes=[int(n) for n in sorted(range(30), key=lambda n: (-worst[n], n)) if worst[n] >= 0])

    y = rng.normal(size=(25, 2)).astype("float32")
    t = (y + rng.normal(size=(25, 2)) / 2).astype("float32")
    t[:, 1] = 3  # no variance
    error = y.astype("float64") - t
    square = (error**2).mean(0)
    variance = t.astype("float64").var(0)
    yield case(
        "numbers", "mean_squared_error", "values", [2], y, t, False,
        residuals=[
            [float(error[:, c].mean()), float(np.abs(error[:, c]).mean()), float(np.sqrt(square[c])),
             None if c == 1 else float(1 - square[c] / variance[c])] for c in range(2)
        ],
        mistakes=[int(n) for n in sorted(range(25), key=lambda n: (-(error[n]**2).mean(), n))])


path = pathlib.Path(__file__).with_name("verdicts.json")
path.write_text(json.dumps(list(cases()), separators=(",", ":")) + "\n")
