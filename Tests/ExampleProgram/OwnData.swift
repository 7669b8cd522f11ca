import CNNDist

/// Trains on samples that the program holds in memory, and judges by others that it makes when it is asked for them.
public func trainOnWaves(_ communicator: (any Communicator)? = nil) throws -> Evaluation {
  let model = try Sequential(input: [48, 1]) {
    Conv1D(8, kernel: 9, activation: .relu)
    GlobalAveragePooling1D()
    Dense(2, activation: .softmax)
  }
  // A square wave of a loudness of its own: every other one is twice as fast.
  @Sendable func wave(_ sample: Int, at time: Int) -> Float {
    Float((time + sample) / (sample % 2 == 0 ? 8 : 4) % 2 * (1 + sample % 5))
  }
  let training = BufferSamples(
    name: "waves", shape: [48, 1], samples: (0..<320).flatMap { sample in (0..<48).map { wave(sample, at: $0) } },
    labels: (0..<320).map { Int32($0 % 2) }, classNames: ["slow", "fast"])
  let validation = try ClosureSamples(
    name: "waves", shape: [48, 1], count: 100, classNames: ["slow", "fast"],
    load: { sample, numbers in
      for time in numbers.indices { numbers[time] = wave(1000 + sample, at: time) }
    },
    label: { $0 % 2 })

  let trainer = try model.compile(optimizer: Adam(0.02), normalizes: .sample, communicator: communicator)
  try trainer.fit(training, validation: validation, epochs: 10, batchSize: 32)
  return try trainer.evaluate(validation)
}
