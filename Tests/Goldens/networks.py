"""Networks as public programs write them with Keras 3, small enough for 20 steps on one core. See keras_networks.py."""

import keras
from keras import layers, regularizers
from keras.constraints import max_norm

# MARK: - Images


def resnet20():
    """ResNet-20 for CIFAR-10, as Keras's example cifar10_resnet.py has it (He et al. 2016)."""

    def unit(x, filters=16, kernel=3, strides=1, activation="relu"):
        x = layers.Conv2D(
            filters, kernel, strides=strides, padding="same", kernel_initializer="he_normal",
            kernel_regularizer=regularizers.L2(1e-4),
        )(x)
        x = layers.BatchNormalization()(x)
        return layers.Activation(activation)(x) if activation else x

    inputs = keras.Input((32, 32, 3))
    x = unit(inputs)
    filters = 16
    for stack in range(3):
        for block in range(3):
            strides = 2 if stack > 0 and block == 0 else 1
            y = unit(x, filters, strides=strides)
            y = unit(y, filters, activation=None)
            if stack > 0 and block == 0:
                x = layers.Conv2D(
                    filters, 1, strides=strides, padding="same", kernel_initializer="he_normal",
                    kernel_regularizer=regularizers.L2(1e-4),
                )(x)
            x = layers.Activation("relu")(layers.add([x, y]))
        filters *= 2
    x = layers.AveragePooling2D(pool_size=8)(x)
    outputs = layers.Dense(10, activation="softmax", kernel_initializer="he_normal")(layers.Flatten()(x))
    return keras.Model(inputs, outputs, name="resnet20")


def inception():
    """Two Inception modules with batch normalisation (Szegedy et al. 2015)."""

    def module(x, one, three, five, pooled):
        branches = [
            layers.Conv2D(one, 1, padding="same", activation="relu")(x),
            layers.Conv2D(three, 3, padding="same", activation="relu")(
                layers.Conv2D(three // 2, 1, padding="same", activation="relu")(x)
            ),
            layers.Conv2D(five, 5, padding="same", activation="relu")(
                layers.Conv2D(five // 2, 1, padding="same", activation="relu")(x)
            ),
            layers.Conv2D(pooled, 1, padding="same", activation="relu")(
                layers.MaxPooling2D(3, strides=1, padding="same")(x)
            ),
        ]
        return layers.concatenate(branches, axis=-1)

    inputs = keras.Input((24, 24, 3))
    x = layers.Conv2D(16, 7, strides=2, padding="same", use_bias=False)(inputs)
    x = layers.BatchNormalization(scale=False)(x)
    x = layers.Activation("relu")(x)
    x = module(x, 8, 12, 4, 4)
    x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
    x = module(x, 12, 16, 6, 6)
    x = layers.AveragePooling2D(3, strides=2)(x)
    x = layers.Dropout(0.0)(layers.Flatten()(x))
    return keras.Model(inputs, layers.Dense(10, activation="softmax")(x), name="inception")


def densenet():
    """Dense blocks and a transition (Huang et al. 2017), as keras.applications writes them."""

    def block(x, growth):
        y = layers.BatchNormalization(axis=3, epsilon=1.001e-5)(x)
        y = layers.Activation("relu")(y)
        y = layers.Conv2D(4 * growth, 1, use_bias=False)(y)
        y = layers.BatchNormalization(axis=3, epsilon=1.001e-5)(y)
        y = layers.Activation("relu")(y)
        y = layers.Conv2D(growth, 3, padding="same", use_bias=False)(y)
        return layers.Concatenate(axis=3)([x, y])

    inputs = keras.Input((16, 16, 3))
    x = layers.ZeroPadding2D(((3, 3), (3, 3)))(inputs)
    x = layers.Conv2D(12, 7, strides=2, use_bias=False)(x)
    for _ in range(3):
        x = block(x, 6)
    x = layers.Conv2D(15, 1, use_bias=False)(layers.Activation("relu")(layers.BatchNormalization(axis=3)(x)))
    x = layers.AveragePooling2D(2, strides=2)(x)
    for _ in range(2):
        x = block(x, 6)
    x = layers.GlobalAveragePooling2D()(layers.Activation("relu")(layers.BatchNormalization(axis=3)(x)))
    return keras.Model(inputs, layers.Dense(10, activation="softmax")(x), name="densenet")


def mobilenet():
    """Inverted residuals with ReLU6 (Sandler et al. 2018), as keras.applications writes them."""

    def inverted(x, expansion, filters, strides):
        width = x.shape[-1]
        y = layers.Conv2D(expansion * width, 1, padding="same", use_bias=False)(x)
        y = layers.ReLU(6.0)(layers.BatchNormalization(epsilon=1e-3, momentum=0.999)(y))
        if strides == 2:
            y = layers.ZeroPadding2D(padding=((0, 1), (0, 1)))(y)
        y = layers.DepthwiseConv2D(3, strides=strides, use_bias=False, padding="same" if strides == 1 else "valid")(y)
        y = layers.ReLU(6.0)(layers.BatchNormalization(epsilon=1e-3, momentum=0.999)(y))
        y = layers.Conv2D(filters, 1, padding="same", use_bias=False)(y)
        y = layers.BatchNormalization(epsilon=1e-3, momentum=0.999)(y)
        return layers.Add()([x, y]) if strides == 1 and filters == width else y

    inputs = keras.Input((32, 32, 3))
    x = layers.Conv2D(8, 3, strides=2, padding="same", use_bias=False)(inputs)
    x = layers.ReLU(6.0)(layers.BatchNormalization(epsilon=1e-3, momentum=0.999)(x))
    for filters, strides in ((8, 1), (12, 2), (12, 1), (16, 2), (16, 1)):
        x = inverted(x, 4, filters, strides)
    x = layers.Conv2D(32, 1, use_bias=False)(x)
    x = layers.ReLU(6.0)(layers.BatchNormalization(epsilon=1e-3, momentum=0.999)(x))
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(10, activation="softmax")(x), name="mobilenet")


def efficientnet():
    """Blocks with squeeze and excitation in front of a head (Tan and Le 2019), as keras.applications writes them."""

    def block(x, filters, kernel, expansion):
        width = x.shape[-1]
        y = layers.Conv2D(width * expansion, 1, padding="same", use_bias=False)(x)
        y = layers.Activation("swish")(layers.BatchNormalization()(y))
        y = layers.DepthwiseConv2D(kernel, padding="same", use_bias=False)(y)
        y = layers.Activation("swish")(layers.BatchNormalization()(y))
        squeezed = layers.GlobalAveragePooling2D()(y)
        squeezed = layers.Reshape((1, 1, width * expansion))(squeezed)
        squeezed = layers.Conv2D(max(1, width // 4), 1, padding="same", activation="swish")(squeezed)
        squeezed = layers.Conv2D(width * expansion, 1, padding="same", activation="sigmoid")(squeezed)
        y = layers.multiply([y, squeezed])
        y = layers.BatchNormalization()(layers.Conv2D(filters, 1, padding="same", use_bias=False)(y))
        if filters == width:
            y = layers.add([layers.Dropout(0.0, noise_shape=(None, 1, 1, 1))(y), x])
        return y

    inputs = keras.Input((16, 16, 3))
    x = layers.Rescaling(1.0 / 255.0)(inputs)
    x = layers.Rescaling([2.0, 4.0, 0.5], offset=[-1.0, 0.0, 0.25])(x)
    x = layers.Conv2D(8, 3, strides=2, padding="same", use_bias=False)(x)
    x = layers.Activation("swish")(layers.BatchNormalization()(x))
    for filters, kernel, expansion in ((8, 3, 2), (12, 5, 3), (12, 5, 3)):
        x = block(x, filters, kernel, expansion)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(10, activation="softmax")(x), name="efficientnet")


def xception():
    """Separable convolutions with a shortcut (Chollet 2017), as keras.io's image classification from scratch has it."""
    inputs = keras.Input((24, 24, 3))
    x = layers.Conv2D(12, 3, strides=2, padding="same")(inputs)
    x = layers.Activation("relu")(layers.BatchNormalization()(x))
    previous = x
    for size in (16, 24):
        x = layers.SeparableConv2D(size, 3, padding="same")(layers.Activation("relu")(x))
        x = layers.BatchNormalization()(x)
        x = layers.SeparableConv2D(size, 3, padding="same")(layers.Activation("relu")(x))
        x = layers.BatchNormalization()(x)
        x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
        previous = x = layers.add([x, layers.Conv2D(size, 1, strides=2, padding="same")(previous)])
    x = layers.SeparableConv2D(32, 3, padding="same", depth_multiplier=2)(x)
    x = layers.Activation("relu")(layers.BatchNormalization()(x))
    x = layers.Dropout(0.0)(layers.GlobalAveragePooling2D()(x))
    return keras.Model(inputs, layers.Dense(1, activation="sigmoid")(x), name="xception")


def augmented(is_there=True):
    """Augmentation within the model, as keras.io's tutorials have it; without an extent it changes nothing."""
    augmentation = keras.Sequential(
        [layers.RandomRotation(0.0), layers.RandomZoom(0.0), layers.RandomTranslation(0.0, 0.0), layers.RandomContrast(0.0)],
        name="augmentation",
    )
    stem = keras.Sequential(
        [layers.Conv2D(12, 3, activation="relu"), layers.MaxPooling2D(), layers.BatchNormalization()], name="stem"
    )
    return keras.Sequential(
        [
            keras.Input((18, 18, 3)),
            *([augmentation] if is_there else []),
            layers.Rescaling(1.0 / 127.5, offset=-1),
            stem,
            layers.Conv2D(16, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(24, activation="relu"),
            layers.Dense(10),
        ],
        name="augmented",
    )


# MARK: - Transfer


def base():
    inputs = keras.Input((16, 16, 3))
    x = layers.Conv2D(8, 3, padding="same", use_bias=False)(inputs)
    x = layers.ReLU()(layers.BatchNormalization()(x))
    y = layers.Conv2D(8, 3, padding="same")(x)
    y = layers.ReLU()(layers.BatchNormalization()(y))
    x = layers.Add()([x, y])
    return keras.Model(inputs, layers.MaxPooling2D()(x), name="base")


def transfer():
    """A frozen base under a new head, as keras.io's transfer learning has it."""
    inside = base()
    inside.trainable = False
    inputs = keras.Input((16, 16, 3))
    x = layers.Rescaling(scale=1 / 127.5, offset=-1)(inputs)
    x = inside(x, training=False)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dropout(0.0)(x)
    return keras.Model(inputs, layers.Dense(10, activation="softmax")(x), name="transfer")


def tuned():
    """The upper layers of a base learn on, its normalisations do not; more layers with normalisation on it."""
    inside = base()
    for layer in inside.layers:
        layer.trainable = layer.name.startswith("conv2d_1")
    return keras.Sequential(
        [
            keras.Input((16, 16, 3)),
            inside,
            layers.Conv2D(12, 3, activation="relu"),
            layers.BatchNormalization(),
            layers.GlobalMaxPooling2D(),
            layers.Dense(10, activation="softmax"),
        ],
        name="tuned",
    )


# MARK: - A class a pixel


def unet():
    """U-Net (Ronneberger et al. 2015) with a class a pixel."""

    def double(x, filters):
        for _ in range(2):
            x = layers.Conv2D(filters, 3, padding="same", activation="relu", kernel_initializer="he_normal")(x)
        return x

    inputs = keras.Input((16, 16, 3))
    first = double(inputs, 8)
    second = double(layers.MaxPooling2D(2)(first), 12)
    x = double(layers.MaxPooling2D(2)(second), 16)
    x = layers.Conv2DTranspose(12, 2, strides=2, padding="same")(x)
    x = double(layers.concatenate([x, second]), 12)
    x = layers.Conv2DTranspose(8, 3, strides=2, padding="same")(x)
    x = double(layers.concatenate([x, first]), 8)
    return keras.Model(inputs, layers.Conv2D(4, 1, activation="softmax")(x), name="unet")


def pets():
    """keras.io's image segmentation with a U-Net-like architecture."""
    inputs = keras.Input((16, 16, 3))
    x = layers.Conv2D(8, 3, strides=2, padding="same")(inputs)
    x = layers.Activation("relu")(layers.BatchNormalization()(x))
    previous = x
    for filters in (12, 16):
        for _ in range(2):
            x = layers.SeparableConv2D(filters, 3, padding="same")(layers.Activation("relu")(x))
            x = layers.BatchNormalization()(x)
        x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
        previous = x = layers.add([x, layers.Conv2D(filters, 1, strides=2, padding="same")(previous)])
    for filters in (16, 12, 8):
        for _ in range(2):
            x = layers.Conv2DTranspose(filters, 3, padding="same")(layers.Activation("relu")(x))
            x = layers.BatchNormalization()(x)
        x = layers.UpSampling2D(2)(x)
        residual = layers.Conv2D(filters, 1, padding="same")(layers.UpSampling2D(2)(previous))
        previous = x = layers.add([x, residual])
    return keras.Model(inputs, layers.Conv2D(3, 3, activation="softmax", padding="same")(x), name="pets")


# MARK: - Series and volumes


def series_resnet():
    """The ResNet for time series of Wang et al. 2017, as hfawaz/dl-4-tsc writes it."""
    inputs = keras.layers.Input((64, 2))
    x = inputs
    for number, filters in enumerate((12, 24, 24)):
        y = x
        for kernel in (8, 5, 3):
            y = layers.Conv1D(filters=filters, kernel_size=kernel, padding="same")(y)
            y = layers.BatchNormalization()(y)
            y = layers.Activation("relu")(y) if kernel > 3 else y
        if number < 2:
            x = layers.Conv1D(filters=filters, kernel_size=1, padding="same")(x)
        x = layers.add([layers.BatchNormalization()(x), y])
        x = layers.Activation("relu")(x)
    x = layers.GlobalAveragePooling1D()(x)
    return keras.Model(inputs, layers.Dense(5, activation="softmax")(x), name="series_resnet")


def series_fcn():
    """The fully convolutional network for time series of Wang et al. 2017, as hfawaz/dl-4-tsc writes it."""
    inputs = keras.layers.Input((60, 1))
    x = inputs
    for filters, kernel in ((16, 8), (32, 5), (16, 3)):
        x = layers.Conv1D(filters=filters, kernel_size=kernel, padding="same")(x)
        x = layers.Activation("relu")(layers.BatchNormalization()(x))
    x = layers.GlobalAveragePooling1D()(x)
    return keras.Model(inputs, layers.Dense(5, activation="softmax")(x), name="series_fcn")


def autoencoder():
    """keras.io's reconstruction autoencoder for anomalies in time series."""
    return keras.Sequential(
        [
            layers.Input((48, 1)),
            layers.Conv1D(filters=16, kernel_size=7, padding="same", strides=2, activation="relu"),
            layers.Dropout(rate=0.0),
            layers.Conv1D(filters=8, kernel_size=7, padding="same", strides=2, activation="relu"),
            layers.Conv1DTranspose(filters=8, kernel_size=7, padding="same", strides=2, activation="relu"),
            layers.Dropout(rate=0.0),
            layers.Conv1DTranspose(filters=16, kernel_size=7, padding="same", strides=2, activation="relu"),
            layers.Conv1DTranspose(filters=1, kernel_size=7, padding="same"),
        ],
        name="autoencoder",
    )


def volume():
    """keras.io's 3D image classification from CT scans."""
    inputs = keras.Input((22, 22, 22, 1))
    x = inputs
    for filters in (8, 8, 16):
        x = layers.Conv3D(filters=filters, kernel_size=3, activation="relu")(x)
        x = layers.MaxPool3D(pool_size=2)(x) if x.shape[1] > 1 else x
        x = layers.BatchNormalization()(x)
    x = layers.GlobalAveragePooling3D()(x)
    x = layers.Dense(units=32, activation="relu")(x)
    x = layers.Dropout(0.0)(x)
    return keras.Model(inputs, layers.Dense(units=1, activation="sigmoid")(x), name="volume")


def eegnet():
    """EEGNet (Lawhern et al. 2018), as vlawhern/arl-eegmodels writes it: 8 channels, 64 samples."""
    inputs = layers.Input((8, 64, 1))
    x = layers.Conv2D(8, (1, 32), padding="same", use_bias=False)(inputs)
    x = layers.BatchNormalization()(x)
    x = layers.DepthwiseConv2D((8, 1), use_bias=False, depth_multiplier=2, depthwise_constraint=max_norm(1.0))(x)
    x = layers.BatchNormalization()(x)
    x = layers.Activation("elu")(x)
    x = layers.AveragePooling2D((1, 4))(x)
    x = layers.Dropout(0.0)(x)
    x = layers.SeparableConv2D(16, (1, 16), use_bias=False, padding="same")(x)
    x = layers.BatchNormalization()(x)
    x = layers.Activation("elu")(x)
    x = layers.AveragePooling2D((1, 8))(x)
    x = layers.SpatialDropout2D(0.0)(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(4, name="dense", kernel_constraint=max_norm(0.25))(x)
    return keras.Model(inputs, layers.Activation("softmax", name="softmax")(x), name="eegnet")


# MARK: - Graphs


def shared():
    """Layers and a model that are used several times, and every way to merge."""
    inputs = keras.Input((14, 14, 3))
    embed = keras.Sequential(
        [layers.Conv2D(8, 3, activation="relu"), layers.BatchNormalization(), layers.MaxPooling2D(2)], name="embed"
    )
    again = layers.Conv2D(8, 3, padding="same", activation="tanh")
    left = embed(layers.Cropping2D(((0, 2), (0, 2)))(inputs))
    right = embed(layers.Cropping2D(((2, 0), (2, 0)))(inputs))
    left = again(again(left))
    parts = [
        layers.Subtract()([left, right]),
        layers.Multiply()([left, right]),
        layers.Maximum()([left, right]),
        layers.Minimum()([left, right]),
        layers.Average()([left, right, again(right)]),
    ]
    x = layers.Concatenate()(parts)
    x = layers.Conv2D(12, 3, activation="relu")(x)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(10, activation="softmax")(x), name="shared")


def normalized():
    """Normalisations of samples and groups, and activations that learn."""
    return keras.Sequential(
        [
            keras.Input((12, 12, 3)),
            layers.SeparableConv2D(12, 3, padding="same", depthwise_regularizer=regularizers.L1(1e-3)),
            layers.LayerNormalization(epsilon=1e-6),
            layers.PReLU(shared_axes=[1, 2]),
            layers.Conv2D(16, 3, groups=4, kernel_regularizer=regularizers.L1L2(1e-4, 1e-3)),
            layers.GroupNormalization(groups=4),
            layers.ELU(alpha=0.5),
            layers.AveragePooling2D(2),
            layers.Conv2D(16, 3, dilation_rate=1, activation="gelu"),
            layers.PReLU(),
            layers.Flatten(),
            layers.Dense(16, activation="selu", kernel_constraint="non_neg"),
            layers.Dense(10, activation="softmax"),
        ],
        name="normalized",
    )


def small(units=10, activation="softmax", name="small"):
    """For optimisers and losses."""
    return keras.Sequential(
        [
            keras.Input((12, 12, 3)),
            layers.Conv2D(12, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(16, 3, activation="relu"),
            layers.Flatten(),
            layers.Dense(units, activation=activation),
        ],
        name=name,
    )
