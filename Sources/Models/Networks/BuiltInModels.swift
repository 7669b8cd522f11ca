import Layers
import Tensors

/// The networks that `--model` knows by name.
public enum BuiltInModels {
  private enum Name: String, CaseIterable {
    case kerasCNN = "keras-cnn"
    case kerasCNNWithoutDropout = "keras-cnn-no-dropout"
    case airbench94, airbench96, resnet20, fcn
  }

  /// Every name, the default first.
  public static let names = Name.allCases.map(\.rawValue)

  /// The network called `name` for samples of `input` shape in `classes` classes; nil where no network has that name.
  ///
  /// - Throws: `ShapeError` when the network cannot take such samples, or there are no classes.
  public static func model(named name: String, input: Shape, classes: Int) throws(ShapeError) -> Model? {
    guard let known = Name(rawValue: name) else { return nil }
    guard classes > 0 else {
      throw ShapeError("\(name) tells classes apart, and the targets are numbers: give a network that predicts them")
    }
    return switch known {
    case .kerasCNN: try KerasCNN.model(name, input: input, classes: classes, dropout: true)
    case .kerasCNNWithoutDropout: try KerasCNN.model(name, input: input, classes: classes, dropout: false)
    case .airbench94:
      try Airbench.model(name, widths: [64, 256, 256], isDeep: false, input: input, classes: classes)
    case .airbench96:
      try Airbench.model(name, widths: [128, 384, 512], isDeep: true, input: input, classes: classes)
    case .resnet20: try ResNet20.model(name, input: input, classes: classes)
    case .fcn: try SeriesFCN.model(name, input: input, classes: classes)
    }
  }

  /// The network called `name` as it is shown where no samples are at hand, for ten classes; nil where no network has that name.
  ///
  /// - Throws: as `model`.
  public static func standard(named name: String) throws(ShapeError) -> Model? {
    try model(named: name, input: standardInput(of: name), classes: 10)
  }

  /// The samples that such a network takes: CIFAR-10's, or a series of 500 steps.
  public static func standardInput(of name: String) -> Shape {
    Name(rawValue: name) == .fcn ? [500, 1] : [32, 32, 3]
  }
}
