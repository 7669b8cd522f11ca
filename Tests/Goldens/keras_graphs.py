#!/usr/bin/env python3
"""Makes the functional models that Tests/KerasFilesTests reads, as Keras 2 and 3 write them.

    keras_graphs.py 3       with keras 3: graph-keras3.json, graph3.keras, graph3.h5, graph3.weights.h5
    keras_graphs.py 2       with tf_keras, which is Keras 2: graph-keras2.json, graph2.keras, graph2.h5, graph2-weights.h5

beside this script. Both have the same model: a layer that is used twice, nested models of one and two outputs, one of them
called twice, one frozen, layers of equal names, arithmetic without layers, several inputs and outputs. The k-th of its
tensors, by their names here, is k, k + 1/256, k + 2/256, …
"""

import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np

version = int(sys.argv[1])
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
os.chdir(os.path.dirname(os.path.abspath(__file__)))
with open(f"graph-keras{version}.json", "w") as file:
    json.dump(json.loads(model.to_json()), file, indent=1)
model.save(f"graph{version}.keras")
model.save(f"graph{version}.h5")
model.save_weights(f"graph{version}.weights.h5" if version == 3 else f"graph{version}-weights.h5")
