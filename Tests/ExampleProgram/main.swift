import CNNDist

let model = try Sequential(input: [32, 32, 3]) {
  Conv2D(16, kernel: 3, stride: 2, padding: .same)
  BatchNormalization()
  ActivationLayer(.relu)
  MaxPooling2D(2)
  Conv2D(32, kernel: 3, padding: .same, activation: .relu)
  GlobalAveragePooling2D()
  Dropout(0.2)
  Dense(10, activation: .softmax)
}
let data = Synthetic.open().limited(to: 2_000)  // or try CIFAR10.open(folder: "cifar-10-batches-bin")

let trainer = try model.compile(
  optimizer: SGD(0.05, momentum: 0.9), loss: .categoricalCrossentropy, metrics: [.accuracy])
let history = try trainer.fit(data.training, validation: data.validation, epochs: 2, batchSize: 128)

if trainer.isFirst {
  print(model.summary)
  for epoch in history { print("epoch \(epoch.epoch): loss \(epoch.loss), accuracy \(epoch.accuracy ?? 0)") }
}
print("rank \(trainer.communicator.rank): \(try trainer.evaluate(data.validation))")
try trainer.saveWeights("weights.safetensors")
