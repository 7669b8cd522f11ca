#!/usr/bin/env python3
"""Writes the networks of keras.applications, without weights, as FOLDER/NAME.json.

    keras_applications.py FOLDER

Prints for each its name, its parameters and those that are trained. See Tests/GoldenTests.
"""

import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras

for name in (
    "VGG16 ResNet50 DenseNet121 InceptionV3 MobileNetV2 MobileNetV3Small EfficientNetB0 Xception".split()
):
    model = getattr(keras.applications, name)(weights=None)
    with open(f"{sys.argv[1]}/{name}.json", "w") as file:
        file.write(model.to_json())
    trained = sum(int(keras.ops.size(weight)) for weight in model.trainable_weights)
    print(name, model.count_params(), trained, flush=True)
    keras.backend.clear_session()
