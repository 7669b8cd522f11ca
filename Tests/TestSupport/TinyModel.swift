import Datasets
import Layers
import Models
import Runs
import Tensors
import Training

/// A network of one dense layer for images of 2×2, and data for it.
public enum TinyModel {
  public static func make(classes: Int = 3) throws -> Model {
    try Sequential(name: "tiny", input: [2, 2, 1]) {
      Flatten()
      Dense(classes, activation: .softmax)
    }
  }

  /// The network with the loss of its three classes.
  public static func head() throws -> Head { try Head(of: make(), targets: .classes(3, positions: [])) }

  /// An arena whose values and states are all different numbers.
  public static func arena(classes: Int = 3, first: Float = 1) throws -> ParameterArena {
    let arena = Trainer.arena(for: try make(classes: classes), experiment: Experiment())
    var next = first
    for storage in [arena.values] + arena.optimizerStates.values {
      for index in storage.buffer.indices {
        storage.buffer[index] = next
        next += 0.125
      }
    }
    return arena
  }
}

/// Samples whose pixels follow from their number; every third has label 2.
public struct TinyDataset: Dataset {
  public let count: Int
  public let name = "tiny"
  public let sampleShape: Shape = [2, 2, 1]
  public let classNames = ["a", "b", "c"]
  public let digest = "none"

  public init(count: Int) { self.count = count }

  public func label(of sample: Int) -> Int { sample % 3 }

  public func load(_ sample: Int, into pixels: MutableFloatBuffer) {
    for index in pixels.indices { pixels[index] = Float(sample * 7 % 11 + index) / 11 }
  }
}

extension FloatStorage {
  public var floats: [Float] { Array(buffer) }
}
