"""Writes arrays.json: files as NumPy writes them, of every type, order of axes and order of bytes, with the numbers in them.

    numpy_arrays.py arrays.json

Each has four samples of 3 × 2 numbers, in base 64 as an .npy file, and what NumPy takes them for in 32-bit floats, by sample. The
archives have all arrays of one order, as savez and savez_compressed write them.
"""

import base64
import io
import json
import sys

import numpy as np

numbers = {
    "b": [0, 1, 1, 0],
    "u": [0, 1, 127, 200],
    "i": [-128, -1, 0, 127],
    "f": [-2.5, 0.1, 65504.0, 6e-8],
}
extremes = {"u2": 65535, "u4": 4_294_967_295, "u8": 18_446_744_073_709_551_615, "i2": -32768, "i4": -2_147_483_648,
            "i8": -9_223_372_036_854_775_808, "f4": 3.4e38, "f8": 1.0000000596046448}


def text(file):
    return base64.b64encode(file.getvalue()).decode()


def saved(array):
    file = io.BytesIO()
    np.save(file, array)
    return text(file)


goldens, arrays = [], {}
for kind in ["b1", "u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f2", "f4", "f8"]:
    values = np.resize(np.array(numbers[kind[0]], dtype="f8"), 24).astype(kind)
    if kind in extremes:
        values[5] = extremes[kind]
    values = values.reshape(4, 3, 2)
    for order in "<>" if kind[1] != "1" else "|":
        for axes in "CF":
            array = np.array(values, dtype=order + kind, order=axes)
            floats = np.ascontiguousarray(array).astype("<f4")
            name = f"{order}{kind} {axes}"
            goldens.append({"name": name, "file": saved(array), "floats": base64.b64encode(floats.tobytes()).decode()})
            arrays[f"{kind}{'BL'[order == '<']}{axes}"] = array

archives = {}
for name, save in [("stored", np.savez), ("deflated", np.savez_compressed)]:
    file = io.BytesIO()
    save(file, x_train=arrays["u1BC"], y_train=np.arange(4), x_test=arrays["u1BF"], y_test=np.arange(4)[:, None],
         notes=np.array("what is this"), extra=np.array([{"a": 1}], dtype=object), arr_0=np.zeros(0))
    archives[name] = text(file)

refused = {
    "objects": np.array([{"a": 1}] * 4, dtype=object),
    "records": np.zeros(4, dtype=[("a", "f4"), ("b", "i2")]),
    "complex": np.zeros((4, 3, 2), "c8"),
    "times": np.zeros((4, 3, 2), "M8[s]"),
    "strings": np.zeros((4, 3, 2), "U3"),
    "bytes": np.zeros((4, 3, 2), "S3"),
    "long": np.zeros((4, 3, 2), "g"),
    "none": np.zeros((0, 3, 2), "f4"),
    "scalar": np.array(3.0),
}
with open(sys.argv[1], "w") as file:
    json.dump({"arrays": goldens, "targets": saved(np.arange(4.0)), "archives": archives,
               "refused": {name: saved(array) for name, array in refused.items()}}, file, indent=1)
    file.write("\n")
