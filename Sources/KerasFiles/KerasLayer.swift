import Layers

/// A layer that stands in Keras's model files.
///
/// Reading takes every field of the configuration or leaves it for `ConfigurationReader.finish` to refuse; `name`,
/// `trainable` and `dtype` are the model's to read and write.
public protocol KerasLayer: Layer {
  /// Reads the layer's configuration, as Keras 2 or 3 wrote it.
  ///
  /// - Throws: `ModelFormatError` for what we lack, and for numbers that cannot be.
  init(reading fields: inout ConfigurationReader) throws(ModelFormatError)

  /// What Keras 3 needs to make the layer anew; fields that only have one value with us are left to Keras's defaults.
  var configuration: [String: JSONValue] { get }
}

/// All layers that a model file may name.
enum KerasLayers {
  /// A line per layer.
  static let all: [any KerasLayer.Type] = [
    Conv1D.self,
    Conv2D.self,
    Conv3D.self,
    Dense.self,
    MaxPooling1D.self,
    MaxPooling2D.self,
    MaxPooling3D.self,
    AveragePooling1D.self,
    AveragePooling2D.self,
    AveragePooling3D.self,
    GlobalAveragePooling1D.self,
    GlobalAveragePooling2D.self,
    GlobalAveragePooling3D.self,
    GlobalMaxPooling1D.self,
    GlobalMaxPooling2D.self,
    GlobalMaxPooling3D.self,
    BatchNormalization.self,
    Dropout.self,
    Flatten.self,
    Reshape.self,
    ZeroPadding2D.self,
    ActivationLayer.self,
    ReLU.self,
    LeakyReLU.self,
    Softmax.self,
  ]

  /// The layer that Keras calls `className`; nil where we lack it.
  static func named(_ className: String) -> (any KerasLayer.Type)? { all.first { $0.className == className } }
}
