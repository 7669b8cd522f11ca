#!/usr/bin/env python3
"""Makes the functional models that Tests/KerasFilesTests and Tests/CommandsTests read, as Keras 2 and 3 write them.

    keras_graphs.py 3 DATA      with keras 3: graph-keras3.json, graph3.keras, graph3.h5, graph3.weights.h5,
                                packed3.weights.h5
    keras_graphs.py 2 DATA      with tf_keras, which is Keras 2: graph-keras2.json, graph2.keras, graph2.h5,
                                graph2-weights.h5

beside this script. Both have the same model, "graph": a layer that is used twice, nested models of one and two outputs, one of them
called twice, one frozen, layers of equal names, arithmetic without layers, several inputs and outputs. The k-th of its
tensors, by their names here, is k, k + 1/256, k + 2/256, …

Likewise picture3.keras, picture3.weights.h5, picture2.h5 with "picture", a small network for images. Prints its loss and
accuracy on the 10,000 validation samples of the CIFAR-10 files in the folder DATA: `cnn-dist fetch synthetic` writes them.
"""

import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import h5py
import numpy as np

version, data = int(sys.argv[1]), sys.argv[2]
if version == 3:
    import keras
    from keras import layers

    relu = keras.ops.relu
else:
    import tensorflow as tf
    import tf_keras as keras
    from tf_keras import layers

    relu = tf.nn.relu

image = keras.Input((8, 8, 3), name="image")
extra = keras.Input((4,), name="extra")
shared = layers.Conv2D(3, 3, padding="same", name="shared")
x = shared(image)
x = layers.ReLU(name="bent")(x)
x = shared(x)
y = layers.Add(name="sum")([x, image])
y = relu(y + x)

inner = keras.Sequential(
    [keras.Input((8, 8, 3)), layers.Conv2D(4, 3, name="shared"), layers.BatchNormalization(name="norm")], name="inner"
)
inner.trainable = False
y = inner(y, training=False)

inside = keras.Input((6, 6, 4), name="inside")
two = keras.Model(
    inside, [layers.Conv2D(2, 1, name="left")(inside), layers.Conv2D(2, 1, name="right")(inside)], name="two"
)
p, q = two(y)
r, s = two(layers.Activation("tanh", name="curved")(y))
y = layers.Concatenate(axis=3, name="beside")([p, q * r, s])
y = layers.GlobalAveragePooling2D(name="mean")(y)
y = layers.Concatenate(name="all")([y, extra])
model = keras.Model(
    [image, extra],
    [layers.Dense(5, activation="softmax", name="classes")(y), layers.Dense(1, activation="sigmoid", name="score")(y)],
    name="graph",
)

tensors = {}
for layer in [shared, two.get_layer("left"), two.get_layer("right"), model.get_layer("classes"), model.get_layer("score")]:
    for weight in layer.weights:
        tensors[f"{layer.name}/{weight.name.split('/')[-1].split(':')[0]}"] = weight
for layer, name in [(inner.get_layer("shared"), "inner_shared"), (inner.get_layer("norm"), "norm")]:
    for weight in layer.weights:
        tensors[f"{name}/{weight.name.split('/')[-1].split(':')[0]}"] = weight
for k, name in enumerate(sorted(tensors)):
    shape = tuple(tensors[name].shape)
    tensors[name].assign(k + np.arange(np.prod(shape, dtype=int)).reshape(shape).astype("float32") / 256)

model.compile(
    keras.optimizers.SGD(0.125, momentum=0.5, nesterov=True),
    loss=["categorical_crossentropy", "binary_crossentropy"],
    metrics=[["accuracy"], ["mae"]],
)
records = np.fromfile(f"{data}/test_batch.bin", np.uint8).reshape(-1, 3073)
os.chdir(os.path.dirname(os.path.abspath(__file__)))
with open(f"graph-keras{version}.json", "w") as file:
    json.dump(json.loads(model.to_json()), file, indent=1)
model.save(f"graph{version}.keras")
model.save(f"graph{version}.h5")
model.save_weights(f"graph{version}.weights.h5" if version == 3 else f"graph{version}-weights.h5")


def pack(source, target):
    """Copies a group as Keras does not write it: in HDF5's newer form, with arrays in pieces, packed and big-endian."""
    target.attrs.update(source.attrs)
    for name, item in source.items():
        if isinstance(item, h5py.Group):
            pack(item, target.create_group(name, track_order=True))
        elif item.shape:
            target.create_dataset(
                name, data=item[...], dtype=">f8", chunks=True, compression="gzip", shuffle=True, fletcher32=True
            )
        else:
            target.create_dataset(name, data=item[()])


if version == 3:
    with h5py.File("graph3.weights.h5") as source, h5py.File("packed3.weights.h5", "w", libver="latest") as target:
        pack(source, target)

image = keras.Input((32, 32, 3), name="image")
block = keras.Sequential(
    [layers.Conv2D(4, 3, strides=2, use_bias=False), layers.BatchNormalization(), layers.ReLU()], name="block"
)
x = layers.AveragePooling2D(4)(image)
y = layers.Conv2D(3, 3, padding="same")(x)
y = layers.Concatenate()([x + y, layers.MaxPooling2D(4)(image)])
y = layers.GlobalAveragePooling2D()(block(y))
model = keras.Model(image, layers.Dense(10, activation="softmax")(y), name="picture")
random = np.random.RandomState(5)
for weight in model.weights:
    weight.assign(random.uniform(0.1, 1, weight.shape) * (1 if "variance" in weight.name else random.choice([-1, 1], weight.shape)))
model.compile(
    keras.optimizers.SGD(0.125, momentum=0.75, nesterov=True),
    loss="categorical_crossentropy",
    metrics=["accuracy", "top_k_categorical_accuracy"],
)
pixels = records[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1).astype(np.float32) / 255
labels = keras.utils.to_categorical(records[:, 0], 10)
print(model.evaluate(pixels, labels, batch_size=500, verbose=0))
if version == 3:
    model.save("picture3.keras")
    model.save_weights("picture3.weights.h5")
else:
    model.save("picture2.h5")
