#!/usr/bin/env python3
"""Checks every NAME.onnx in a folder with onnx's checker, runs it with ONNX Runtime, and says how far its outputs are from ours.

    run_onnx.py FOLDER

NAME.x0, NAME.x1, … are its inputs and NAME.y0, … the outputs that are expected, all as raw floats. A line for each model: its
name, and the largest difference over the largest output, or over 1, or what is wrong with it.
"""

import pathlib
import sys

import numpy as np
import onnx
import onnxruntime


def judge(path):
    onnx.checker.check_model(str(path), full_check=True)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    feeds = {}
    for index, port in enumerate(session.get_inputs()):
        assert port.shape[0] == "N", f"the input {port.name} has no free batch dimension: {port.shape}"
        feeds[port.name] = np.fromfile(path.with_suffix(f".x{index}"), np.float32).reshape(-1, *port.shape[1:])
    difference = size = 0.0
    for index, (port, given) in enumerate(zip(session.get_outputs(), session.run(None, feeds))):
        assert list(port.shape[1:]) == list(given.shape[1:]), f"{port.name} says {port.shape}, gives {given.shape}"
        expected = np.fromfile(path.with_suffix(f".y{index}"), np.float32).reshape(given.shape)
        difference = max(difference, float(np.abs(given - expected).max(initial=0)))
        size = max(size, float(np.abs(expected).max(initial=0)))
    return difference / max(size, 1)


for path in sorted(pathlib.Path(sys.argv[1]).glob("*.onnx")):
    try:
        print(path.stem, judge(path), sep="\t")
    except Exception as error:  # the test shows it
        print(path.stem, f"{type(error).__name__}: {error}".replace("\n", " ")[:600], sep="\t")
