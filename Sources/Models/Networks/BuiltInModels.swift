import Layers
import Tensors

/// The networks that `--model` knows by name.
public enum BuiltInModels {
  /// Every name, the default first.
  public static let names = ["keras-cnn", "keras-cnn-no-dropout", "airbench94", "airbench96", "resnet20", "fcn"]

  /// The network called `name` for samples of `input` shape in `classes` classes; nil where no network has that name.
  ///
  /// - Throws: `ShapeError` when the network cannot take such samples, or there are no classes.
  public static func model(named name: String, input: Shape, classes: Int) throws(ShapeError) -> Model? {
    guard classes > 0 || !names.contains(name) else {
      throw ShapeError("\(name) tells classes apart, and the targets are numbers: give a network that predicts them")
    }
    return switch name {
    case "keras-cnn": try KerasCNN.model(name, input: input, classes: classes, dropout: true)
    case "keras-cnn-no-dropout": try KerasCNN.model(name, input: input, classes: classes, dropout: false)
    case "airbench94": try Airbench.model(name, widths: [64, 256, 256], isDeep: false, input: input, classes: classes)
    case "airbench96": try Airbench.model(name, widths: [128, 384, 512], isDeep: true, input: input, classes: classes)
    case "resnet20": try ResNet20.model(name, input: input, classes: classes)
    case "fcn": try SeriesFCN.model(name, input: input, classes: classes)
    default: nil
    }
  }

  /// The network called `name` as it is shown where no samples are at hand, for ten classes; nil where no network has that name.
  ///
  /// - Throws: as `model`.
  public static func standard(named name: String) throws(ShapeError) -> Model? {
    try model(named: name, input: standardInput(of: name), classes: 10)
  }

  /// The samples that such a network takes: CIFAR-10's, or a series of 500 steps.
  public static func standardInput(of name: String) -> Shape { name == "fcn" ? [500, 1] : [32, 32, 3] }
}
