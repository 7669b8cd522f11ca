/// What the arrays of samples and of their targets are called.
///
/// Keras's own data sets call them `x_train` and `y_train`, MedMNIST `train_images` and `train_labels` (Yang et al., "MedMNIST
/// v2", 2023), scikit-learn's papers and examples `X` and `y`, its data sets `data` and `target`.
enum ArrayNames {
  /// An array of samples, and that of their targets.
  typealias Pair = (samples: String, targets: String)

  /// What each part may be called; where a file has several, the first counts.
  static func pairs(_ part: DataSplits.Part) -> [Pair] {
    switch part {
    case .training:
      [("x_train", "y_train"), ("X_train", "y_train"), ("X_train", "Y_train"), ("train_images", "train_labels")]
    case .validation: [("x_val", "y_val"), ("X_val", "y_val"), ("X_val", "Y_val"), ("val_images", "val_labels")]
    case .test: [("x_test", "y_test"), ("X_test", "y_test"), ("X_test", "Y_test"), ("test_images", "test_labels")]
    }
  }

  /// What samples that are in no part yet may be called.
  static let whole: [Pair] = [
    ("X", "y"), ("X", "Y"), ("x", "y"), ("data", "target"), ("data", "labels"), ("images", "labels"),
  ]

  /// `x_train and y_train, or train_images and train_labels`.
  static func list(_ pairs: [Pair]) -> String {
    pairs.filter { !$0.samples.hasPrefix("X_") }.map { "\($0.samples) and \($0.targets)" }.joined(separator: ", or ")
  }
}
