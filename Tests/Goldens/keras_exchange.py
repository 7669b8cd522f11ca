#!/usr/bin/env python3
"""Both ways between Keras and cnn-dist, with the recipes of ModelsFromKeras.md as they stand there.

    keras_exchange.py RECIPES export FOLDER DATA      makes five models, trains them for a few steps, and writes each as
                                                     FOLDER/NAME.json, .safetensors, .keras, .h5 and .weights.h5
    keras_exchange.py RECIPES import FOLDER DATA      makes the model of the run in FOLDER, with the values of its best
                                                     checkpoint

Prints for each model its name, and the loss and accuracy that Keras's `evaluate` gives on the 10,000 validation
samples of the CIFAR-10 files in the folder DATA. See Tests/GoldenTests.
"""

import os
import re
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np
from keras import layers, regularizers


def samples(path):
    """Pixels / 255, channels last, and labels as rows of ten."""
    records = np.fromfile(path, np.uint8).reshape(-1, 3073)
    pixels = records[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1).astype(np.float32) / 255
    return pixels, keras.utils.to_categorical(records[:, 0], 10)


def models():
    """Models that no test of ours knows by heart: two, one and three dimensions."""
    yield keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            layers.ZeroPadding2D(((1, 0), (2, 1))),
            layers.Conv2D(12, (3, 5), strides=2, use_bias=False, kernel_initializer="he_normal"),
            layers.BatchNormalization(momentum=0.5),
            layers.LeakyReLU(negative_slope=0.1),
            layers.Conv2D(16, 3, padding="same", dilation_rate=2, activation="gelu"),
            layers.BatchNormalization(momentum=0.5, center=False),
            layers.Activation("relu"),
            layers.AveragePooling2D(3, strides=2, padding="same"),
            layers.Dropout(0.3),
            layers.Conv2D(20, 1, activation="silu", kernel_initializer="he_uniform"),
            layers.GlobalAveragePooling2D(),
            layers.Dense(10, activation="softmax"),
        ],
        name="images",
    )
    yield keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            layers.Reshape((-1, 12)),
            layers.Conv1D(16, 5, strides=2, padding="same", activation="tanh"),
            layers.MaxPooling1D(3, strides=2, padding="same"),
            layers.Conv1D(16, 3, dilation_rate=3, activation="leaky_relu", kernel_initializer="glorot_normal"),
            layers.BatchNormalization(momentum=0.5, scale=False),
            layers.ReLU(max_value=2.0, negative_slope=0.05, threshold=0.1),
            layers.AveragePooling1D(2),
            layers.Dense(24, activation="sigmoid", bias_initializer=keras.initializers.Constant(0.1)),
            layers.GlobalMaxPooling1D(),
            layers.Dense(10),
            layers.Softmax(),
        ],
        name="series",
    )
    yield keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            layers.Reshape((8, 16, 8, 3)),
            layers.Conv3D(8, (3, 3, 2), padding="same", activation="relu", kernel_regularizer=regularizers.L2(1e-3)),
            layers.MaxPooling3D((2, 2, 1)),
            layers.BatchNormalization(momentum=0.5),
            layers.Conv3D(12, 2, strides=(1, 2, 2), activation="relu"),
            layers.AveragePooling3D((1, 2, 2), padding="same"),
            layers.GlobalMaxPooling3D(keepdims=True),
            layers.Flatten(),
            layers.Dense(32, activation="relu", kernel_regularizer=regularizers.L2(1e-3)),
            layers.Dense(10, activation="softmax"),
        ],
        name="volumes",
    )
    image = keras.Input((32, 32, 3), name="image")
    x = layers.Conv2D(12, 3, strides=2, padding="same", use_bias=False)(image)
    x = layers.BatchNormalization(momentum=0.5)(x)
    shared = layers.Conv2D(12, 3, padding="same", activation="relu")
    y = shared(shared(layers.ReLU()(x)))
    z = layers.Add()([x, y]) * y
    z = layers.Concatenate()([layers.MaxPooling2D()(z), layers.AveragePooling2D(2)(keras.ops.maximum(x, y))])
    z = layers.Concatenate(axis=1)([layers.GlobalAveragePooling2D()(z), layers.GlobalMaxPooling2D()(z)])
    yield keras.Model(image, layers.Dense(10, activation="softmax")(z), name="graph")

    # Models within a model; frozen in part.
    tower = keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            layers.Conv2D(8, 3, strides=2),
            layers.BatchNormalization(momentum=0.5),
            layers.ReLU(),
            layers.Dropout(0.2),
        ],
        name="tower",
    )
    tower.layers[0].trainable = False
    inside = keras.Input((15, 15, 8))
    head = keras.Model(inside, [layers.GlobalAveragePooling2D()(inside), layers.Flatten()(layers.Conv2D(2, 3)(inside))])
    frozen = keras.Sequential([layers.Conv2D(8, 3, padding="same"), layers.BatchNormalization()], name="frozen")
    frozen.trainable = False
    y = tower(image)
    y = y + frozen(y, training=False)
    yield keras.Model(image, layers.Dense(10, activation="softmax")(layers.Concatenate()(head(y))), name="nested")


def judge(model):
    model.compile(keras.optimizers.SGD(0.05, momentum=0.9), "categorical_crossentropy", metrics=["accuracy"])
    loss, accuracy = model.evaluate(*samples(f"{data}/test_batch.bin"), batch_size=500, verbose=0)
    print(f"{model.name} {loss:.6f} {accuracy:.4f}", flush=True)


if len(sys.argv) != 5:
    sys.exit(__doc__)
recipes, way, folder, data = sys.argv[1:]
data = os.path.abspath(data)
# The first recipe saves, the second one loads.
save, load = re.findall(r"```python\n(.*?)```", open(recipes).read(), re.DOTALL)
os.chdir(folder)
keras.utils.set_random_seed(4)
if way == "export":
    pixels, labels = samples(f"{data}/data_batch_1.bin")
    for model in models():
        model.compile(keras.optimizers.SGD(0.05, momentum=0.9), "categorical_crossentropy", metrics=["accuracy"])
        model.fit(pixels[:3000], labels[:3000], batch_size=100, epochs=1, verbose=0)
        model.save(f"{model.name}.keras")
        model.save(f"{model.name}.h5")
        model.save_weights(f"{model.name}.weights.h5")
        exec(save.replace("model.json", f"{model.name}.json").replace("model.safetensors", f"{model.name}.safetensors"))
        judge(model)
else:
    exec(load)
    judge(model)
