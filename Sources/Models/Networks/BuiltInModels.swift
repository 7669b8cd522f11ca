import Layers
import Tensors

/// The networks that `--model` knows by name.
public enum BuiltInModels {
  /// Every name, the default first.
  public static let names = ["keras-cnn", "keras-cnn-no-dropout"]

  /// The network called `name` for samples of `input` shape in `classes` classes; nil where no network has that name.
  ///
  /// - Throws: `ShapeError` when the network cannot take such samples, or there are no classes.
  public static func model(named name: String, input: Shape, classes: Int) throws(ShapeError) -> Model? {
    guard classes > 0 || !names.contains(name) else {
      throw ShapeError("\(name) tells classes apart, and the targets are numbers: give a network that predicts them")
    }
    return switch name {
    case "keras-cnn": try kerasCNN(name, input: input, classes: classes, dropout: true)
    case "keras-cnn-no-dropout": try kerasCNN(name, input: input, classes: classes, dropout: false)
    default: nil
    }
  }

  /// The CNN of Keras's CIFAR-10 tutorial. Without its dropout layers nothing in it is random, so that a run can be
  /// compared with another framework's number by number.
  private static func kerasCNN(
    _ name: String, input: Shape, classes: Int, dropout: Bool
  ) throws(ShapeError) -> Model {
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
