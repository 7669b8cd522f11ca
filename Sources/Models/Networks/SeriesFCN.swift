import Layers
import Tensors

/// The fully convolutional network for series (Wang, Yan and Oates, "Time series classification from scratch with deep neural
/// networks: a strong baseline", 2017).
enum SeriesFCN {
  static func model(_ name: String, input: Shape, classes: Int) throws(ShapeError) -> Model {
    try Sequential(name: name, input: input) {
      for (filters, kernel) in [(128, 8), (256, 5), (128, 3)] {
        Conv1D(filters, kernel: kernel, padding: .same, kernelInitializer: .heUniform)
        BatchNormalization()
        ReLU()
      }
      GlobalAveragePooling1D()
      Dense(classes, activation: .softmax)
    }
  }
}
