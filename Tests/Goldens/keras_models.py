#!/usr/bin/env python3
"""Writes model files as Keras does, for Tests/ModelsTests.

    keras_models.py keras > model-keras3.json          with Keras 3
    keras_models.py tf_keras > model-keras2.json       with Keras 2, PyPI's package tf_keras

Both describe one and the same network, which has every layer that a file may name at least once.
"""

import importlib
import sys

if len(sys.argv) != 2:
    sys.exit(__doc__)
keras = importlib.import_module(sys.argv[1])
layers = keras.layers

# Names by hand, because the two versions count differently.
slope = {"negative_slope" if sys.argv[1] == "keras" else "alpha": 0.125}
model = keras.Sequential(
    [
        layers.InputLayer((32, 32, 3)),
        layers.ZeroPadding2D(((1, 2), (3, 4)), name="pad"),
        layers.Conv2D(
            8, (3, 5), strides=(2, 1), padding="same", use_bias=False, kernel_initializer="he_normal",
            kernel_regularizer=keras.regularizers.L2(0.125), name="conv2d",
        ),
        layers.BatchNormalization(momentum=0.75, epsilon=0.0078125, scale=False, name="bn"),
        layers.Activation("gelu", name="activation"),
        layers.MaxPooling2D((2, 3), strides=(2, 2), padding="same", name="max_pooling2d"),
        layers.Conv2D(4, 3, dilation_rate=(2, 2), activation="silu", name="dilated"),
        layers.ReLU(6.0, name="relu"),
        layers.AveragePooling2D(2, name="average_pooling2d"),
        layers.Reshape((-1, 4), name="to1d"),
        layers.Conv1D(6, 3, padding="same", activation="tanh", kernel_initializer="glorot_normal", name="conv1d"),
        layers.LeakyReLU(**slope, name="leaky"),
        layers.MaxPooling1D(2, strides=1, name="max_pooling1d"),
        layers.AveragePooling1D(3, strides=1, padding="same", name="average_pooling1d"),
        layers.Reshape((3, 5, -1, 2), name="to3d"),
        layers.Conv3D(
            4, (1, 2, 3), strides=(1, 1, 2), padding="same", activation="sigmoid", kernel_initializer="he_uniform",
            bias_initializer=keras.initializers.Constant(0.25), name="conv3d",
        ),
        layers.MaxPooling3D((1, 1, 2), name="max_pooling3d"),
        layers.AveragePooling3D((2, 1, 1), name="average_pooling3d"),
        layers.GlobalMaxPooling3D(keepdims=True, name="global_max3d"),
        layers.GlobalAveragePooling3D(name="global_average3d"),
        layers.Reshape((2, 2, 1), name="to2d"),
        layers.GlobalMaxPooling2D(keepdims=True, name="global_max2d"),
        layers.GlobalAveragePooling2D(name="global_average2d"),
        layers.Reshape((1, 1), name="again1d"),
        layers.GlobalMaxPooling1D(keepdims=True, name="global_max1d"),
        layers.GlobalAveragePooling1D(name="global_average1d"),
        layers.Flatten(name="flatten"),
        layers.Dense(5, activation="relu", bias_initializer="ones", name="dense"),
        layers.Dropout(0.25, name="dropout"),
        layers.Dense(10, name="logits"),
        layers.Softmax(name="softmax"),
    ],
    name="every_layer",
)
model.compile("sgd", "categorical_crossentropy", metrics=["accuracy"])
print(model.to_json())
