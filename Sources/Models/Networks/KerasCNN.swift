import Layers
import Tensors

/// The CNN of Keras's CIFAR-10 tutorial. Without its dropout layers nothing in it is random, so that a run can be compared with
/// another framework's number by number.
enum KerasCNN {
  static func model(_ name: String, input: Shape, classes: Int, dropout: Bool) throws(ShapeError) -> Model {
    try Sequential(name: name, input: input) {
      Conv2D(32, kernel: 3, padding: .same, activation: .relu)
      if dropout { Dropout(0.2) }
      Conv2D(32, kernel: 3, activation: .relu)
      MaxPooling2D(2)
      Flatten()
      Dense(512, activation: .relu)
      if dropout { Dropout(0.3) }
      Dense(classes, activation: .softmax)
    }
  }
}
