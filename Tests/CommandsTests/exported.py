#!/usr/bin/env python3
"""What ONNX Runtime and Keras make of exported files, on the embedded data set in CIFAR-10's files.

    exported.py judge DATA FILE [WEIGHTS]     the loss and the accuracy on the test samples, raw
    exported.py fit DATA FILE SAMPLES BATCH   the loss of each of an epoch's batches, in the order of the samples
"""

import os
import pathlib
import sys

os.environ |= {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1", "KERAS_BACKEND": "tensorflow"}

import numpy as np


def samples(folder, names):
    """Raw pixels, channels last, and labels."""
    records = [np.fromfile(path, np.uint8) for name in names for path in sorted(pathlib.Path(folder).rglob(name))]
    records = np.concatenate(records).reshape(-1, 3073)
    return records[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1), records[:, 0]


def judge(data, path, *weights):
    x, y = samples(data, ["test_batch.bin"])
    if path.endswith(".onnx"):
        import onnx
        import onnxruntime

        onnx.checker.check_model(path, full_check=True)
        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        (port,) = session.get_inputs()
        (given,) = session.run(None, {port.name: x.astype(np.float32)})
        described = session.get_modelmeta().custom_metadata_map
        print(port.name, port.shape, session.get_outputs()[0].name, described["classes"], sep="\t")
        loss = -np.log(np.maximum(given[np.arange(len(y)), y], 1e-30)).mean()
        accuracy = (given.argmax(1) == y).mean()
    else:
        import keras

        model = keras.models.load_model(path)
        if weights:
            model.load_weights(weights[0])
        loss, accuracy, *_ = model.evaluate(x, y, batch_size=500, verbose=0)
    print(f"loss {loss:.4f} accuracy {accuracy:.4f}")


def fit(data, path, count, batch):
    import keras

    x, y = samples(data, [f"data_batch_{number}.bin" for number in range(1, 6)])
    model = keras.models.load_model(path)
    losses = []

    class Losses(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            self.model.reset_metrics()

        def on_train_batch_end(self, batch, logs):
            losses.append(float(logs["loss"]))

    count = int(count)
    model.fit(x[:count], y[:count], batch_size=int(batch), shuffle=False, verbose=0, callbacks=[Losses()])
    print(int(model.optimizer.iterations), *losses)


{"judge": judge, "fit": fit}[sys.argv[1]](*sys.argv[2:])
