import Layers
import Tensors

/// The ResNet of 20 layers for CIFAR-10 (He, Zhang, Ren and Sun, "Deep residual learning for image recognition", 2016, section
/// 4.2), with projections where the shape changes.
enum ResNet20 {
  static func model(_ name: String, input: Shape, classes: Int) throws(ShapeError) -> Model {
    let image = SymbolicTensor(input: input)
    var x = ReLU()(unit(image, 16))
    for (stage, filters) in [16, 32, 64].enumerated() {
      for block in 0..<3 {
        let stride = stage > 0 && block == 0 ? 2 : 1
        let inner = unit(ReLU()(unit(x, filters, stride: stride)), filters)
        x = ReLU()(Add()(inner, stride == 1 ? x : unit(x, filters, kernel: 1, stride: stride)))
      }
    }
    x = Dense(classes, activation: .softmax, kernelInitializer: .heNormal)(GlobalAveragePooling2D()(x))
    return try Model(name: name, inputs: image, outputs: x)
  }

  private static func unit(
    _ x: SymbolicTensor, _ filters: Int, kernel: Int = 3, stride: Int = 1
  ) -> SymbolicTensor {
    let convolution = Conv2D(
      filters, kernel: [kernel, kernel], stride: [stride, stride], padding: .same, useBias: false,
      kernelInitializer: .heNormal)
    return BatchNormalization(momentum: 0.9, epsilon: 1e-5)(convolution(x))
  }
}
