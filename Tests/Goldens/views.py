"""Writes views.json: images with a border as NumPy reflects it, and what airbench94's test-time augmentation sees of them.

    views.py views.json

Needs: pip install numpy. The views are those of `infer_mirror_translate` in Jordan's airbench94, in its order: the image, its
mirror image, then both for the two corners of the image within a border of one pixel, each with its share of the mean.
"""

import json
import sys

import numpy as np

random = np.random.default_rng(1)


def golden(height, width, channels, pad):
    image = random.integers(0, 256, (height, width, channels))
    border = lambda n: np.pad(image, ((n, n), (n, n), (0, 0)), mode="reflect")
    corners = [border(1)[:height, :width], border(1)[2:, 2:]]
    views = [(share, view) for share, seen in zip((0.5, 0.25, 0.25), [image] + corners) for view in (seen, seen[:, ::-1])]
    return {
        "shape": image.shape,
        "image": image.flatten().tolist(),
        "pad": pad,
        "padded": border(pad).flatten().tolist(),
        "shares": [share / 2 for share, _ in views],
        "views": [view.flatten().tolist() for _, view in views],
    }


shapes = [(2, 2, 1, 1), (3, 3, 2, 2), (4, 7, 3, 3), (7, 4, 1, 3), (8, 8, 3, 2), (5, 9, 4, 4), (9, 6, 3, 5), (6, 6, 3, 1)]
with open(sys.argv[1], "w") as file:
    file.write("[\n" + ",\n".join(json.dumps(golden(*shape)) for shape in shapes) + "\n]\n")
