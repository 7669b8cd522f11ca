#!/usr/bin/env python3
"""Writes everything.json beside this script, a model for Tests/CommandsTests/MatrixTests.swift. Needs Keras 3.

Every kind of stage is in one graph, random ones at work, shared and frozen ones too: for the shapes of runs, not for numbers.
"""

import json
import os
import pathlib

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
from keras import layers


def everything():
    inputs = keras.Input((32, 32, 3))
    x = keras.Sequential(
        [
            layers.RandomFlip("horizontal"),
            layers.RandomRotation(0.05),
            layers.RandomZoom(0.1),
            layers.RandomTranslation(0.1, 0.1),
            layers.RandomContrast(0.2),
            layers.RandomBrightness(0.1, value_range=(0, 1)),
                        layers.Resizing(20, 20),
            layers.CenterCrop(18, 18),
        ],
        name="augmentation",
    )(inputs)
    x = layers.Rescaling(2.0, offset=-1.0)(x)
    x = layers.Normalization(mean=[0.1, 0.0, -0.1], variance=[0.5, 1.0, 2.0])(x)
    x = layers.GaussianNoise(0.1)(x)
    plane = layers.Conv2D(8, 3, strides=2, kernel_regularizer="l2", kernel_constraint="max_norm")(x)
    plane = layers.PReLU(shared_axes=[1, 2])(layers.BatchNormalization()(plane))

    # In the plane: 8 × 8 × 8.
    again = layers.Conv2D(8, 3, padding="same", groups=2, bias_regularizer="l1", activation="gelu")
    frozen = layers.Conv2D(8, 1, trainable=False)
    branches = [
        layers.GroupNormalization(4)(layers.DepthwiseConv2D(3, padding="same")(plane)),
        layers.LayerNormalization()(layers.SeparableConv2D(8, 3, padding="same", depth_multiplier=2)(plane)),
        again(layers.ELU()(again(plane))),
        layers.BatchNormalization(trainable=False)(frozen(plane)),
        layers.Conv2DTranspose(8, 3, strides=2, padding="same")(layers.MaxPooling2D()(plane)),
        layers.UpSampling2D(2, interpolation="bilinear")(layers.AveragePooling2D(2)(plane)),
        layers.Cropping2D(1)(layers.ZeroPadding2D(1)(layers.GaussianDropout(0.2)(plane))),
        layers.Permute((2, 1, 3))(layers.AlphaDropout(0.1)(plane)),
        layers.UnitNormalization()(layers.Activation("softplus")(plane)),
    ]
    plane = layers.Concatenate()(
        [
            layers.Add()(branches[:4]),
            layers.Subtract()(branches[4:6]),
            layers.Multiply()(branches[5:7]),
            layers.Average()(branches[:8]),
            layers.Maximum()(branches[2:9]),
            layers.Minimum()(branches[6:9]),
        ]
    )
    plane = layers.SpatialDropout2D(0.1)(layers.LeakyReLU(negative_slope=0.1)(plane))

    # As a series of 16 × 16.
    series = layers.Reshape((16, 16))(layers.Conv2D(4, 1)(plane))
    series = layers.SpatialDropout1D(0.1)(layers.Conv1D(12, 3, padding="causal", dilation_rate=2)(series))
    series = layers.SeparableConv1D(12, 3, padding="same", activation="swish")(series)
    series = layers.DepthwiseConv1D(3, padding="same")(layers.Cropping1D(1)(layers.ZeroPadding1D(1)(series)))
    series = layers.Add()(
        [layers.UpSampling1D(2)(layers.MaxPooling1D(2)(series)), layers.Conv1DTranspose(12, 2, strides=2)(layers.AveragePooling1D(2)(series))]
    )

    # As a volume of 4 × 4 × 4 × 4.
    volume = layers.Reshape((4, 4, 4, 4))(layers.Conv2D(4, 1)(plane))
    volume = layers.Conv3D(6, 2, padding="same", activation="elu")(volume)
    volume = layers.SpatialDropout3D(0.1)(layers.Cropping3D(1)(layers.ZeroPadding3D(1)(volume)))
    volume = layers.Maximum()(
        [layers.UpSampling3D(2)(layers.MaxPooling3D(2)(volume)), layers.Conv3DTranspose(6, 2, strides=2)(layers.AveragePooling3D(2)(volume))]
    )
    ends = [
        layers.GlobalAveragePooling2D()(plane),
        layers.GlobalMaxPooling2D()(plane),
        layers.GlobalAveragePooling1D()(series),
        layers.GlobalMaxPooling1D()(series),
        layers.GlobalAveragePooling3D()(volume),
        layers.GlobalMaxPooling3D()(volume),
        layers.Flatten()(layers.RepeatVector(2)(layers.GlobalMaxPooling1D()(series))),
    ]
    x = layers.Dropout(0.2, noise_shape=(None, 1))(layers.Dropout(0.2)(layers.Concatenate()(ends)))
    x = layers.Dense(24, activation="selu", kernel_constraint="unit_norm")(x)
    x = layers.ReLU(max_value=6.0)(layers.Identity()(x))
    return keras.Model(inputs, layers.Softmax()(layers.Dense(10)(x)), name="everything")


document = json.loads(everything().to_json())
pathlib.Path(__file__).with_name("everything.json").write_text(json.dumps(document, separators=(",", ":")) + "\n")
