import Layers
import Tensors

/// The networks of airbench (Jordan, "94% on CIFAR-10 in 3.29 seconds on a single GPU", 2024): a whitening convolution, three
/// groups of convolutions with batch normalisation whose filters begin as identities, and a dense layer. The deep form has a
/// third convolution in each group, and a shortcut around its last two.
enum Airbench {
  static func model(
    _ name: String, widths: [Int], isDeep: Bool, input: Shape, classes: Int
  ) throws(ShapeError) -> Model {
    guard let channels = input.dimensions.last else { throw ShapeError("\(name) takes images, got \(input)") }
    let image = SymbolicTensor(input: input)
    // All directions of a patch of 2 × 2, and their negatives.
    var x = Conv2D(2 * 4 * channels, kernel: 2, kernelInitializer: .whitening(Whitening()))(image, name: "whitening")
    x = ActivationLayer(.gelu)(x)
    for width in widths { x = group(x, width, isDeep: isDeep) }
    x = Flatten()(MaxPooling2D(3)(x))
    let features = try Model(inputs: image, outputs: x).output.count
    let (initializer, scale) = head(features, isDeep: isDeep)
    x = Rescaling(scale: scale)(Dense(classes, useBias: false, kernelInitializer: initializer)(x))
    return try Model(name: name, inputs: image, outputs: ActivationLayer(.softmax)(x))
  }

  /// How the dense layer begins, and what its outputs are multiplied by: weights of deviation 1 and one over their number or, in
  /// the deep form, those that PyTorch draws and a ninth.
  private static func head(_ features: Int, isDeep: Bool) -> (Initializer, scale: Float) {
    if isDeep { return (.varianceScaling(1 / 3, .fanIn, .uniform), 1.0 / 9) }
    let root = Float(3).squareRoot()
    return (.randomUniform(-root, root), 1 / Float(features))
  }

  private static func group(_ x: SymbolicTensor, _ width: Int, isDeep: Bool) -> SymbolicTensor {
    let first = normalized(MaxPooling2D(2)(convolution(x, width)))
    let second = normalized(convolution(first, width))
    guard isDeep else { return second }
    let third = norm(convolution(second, width))
    return ActivationLayer(.gelu)(Add()(third, first))
  }

  private static func convolution(_ x: SymbolicTensor, _ filters: Int) -> SymbolicTensor {
    Conv2D(filters, kernel: 3, padding: .same, useBias: false, kernelInitializer: .dirac)(x)
  }

  private static func norm(_ x: SymbolicTensor) -> SymbolicTensor {
    BatchNormalization(momentum: 0.6, epsilon: 1e-12, scale: false)(x)
  }

  private static func normalized(_ x: SymbolicTensor) -> SymbolicTensor { ActivationLayer(.gelu)(norm(x)) }
}
