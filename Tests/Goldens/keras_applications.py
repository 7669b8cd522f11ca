#!/usr/bin/env python3
"""Writes networks of keras.applications, and prints what Keras says of them.

    keras_applications.py FOLDER [NAME...]

FOLDER gets NAME.keras of each, with weights that Keras draws, and a folder NAME with a few images as arrays: x_train.npy,
y_train.npy, x_test.npy, y_test.npy. For each a line: the name, how many numbers it has, how many of them are trained, and the
loss and accuracy on the test images.
"""

import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np

SIDE = 80  # InceptionV3 takes no less than 75
COUNT = 20
CLASSES = 10
NAMES = ["VGG16", "ResNet50", "DenseNet121", "MobileNetV2", "EfficientNetB0", "Xception", "InceptionV3", "MobileNetV3Small"]

if len(sys.argv) < 2:
    sys.exit(__doc__)
folder, names = sys.argv[1], sys.argv[2:] or NAMES
for name in names:
    keras.backend.clear_session()
    keras.utils.set_random_seed(11)
    draw = np.random.default_rng(12)
    # MobileNetV2 and others take other sides than those that they have pretrained weights for.
    model = getattr(keras.applications, name)(weights=None, input_shape=(SIDE, SIDE, 3), classes=CLASSES)
    for weight in model.weights:  # as if training had moved the averages
        if weight.name == "moving_mean":
            weight.assign(draw.uniform(-0.1, 0.1, weight.shape))
        elif weight.name == "moving_variance":
            weight.assign(draw.uniform(0.5, 1.0, weight.shape))
    model.compile(loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.save(f"{folder}/{name}.keras")
    images = draw.uniform(0, 255 if name in ("EfficientNetB0", "MobileNetV3Small") else 1, (COUNT, SIDE, SIDE, 3)).astype(np.float32)
    # Images of several brightnesses and contrasts, that the outputs differ.
    images *= draw.uniform(0, 1, (COUNT, 1, 1, 3)).astype(np.float32)
    # Some labels are right, some are not.
    labels = np.argmax(model.predict(images, verbose=0), axis=1).astype(np.uint8)
    labels[::2] = (labels[::2] + np.arange(0, COUNT, 2) // 2) % CLASSES
    os.makedirs(f"{folder}/{name}", exist_ok=True)
    for part in ("train", "test"):
        np.save(f"{folder}/{name}/x_{part}.npy", images)
        np.save(f"{folder}/{name}/y_{part}.npy", labels)
    loss, accuracy = model.evaluate(images, labels, batch_size=COUNT, verbose=0)
    trained = sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)
    print(f"{name} {model.count_params()} {trained} {loss:.7f} {accuracy:.4f}", flush=True)
