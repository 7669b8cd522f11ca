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

/// A layer of several inputs that stands in Keras's model files; see `KerasLayer`.
public protocol KerasMergingLayer: MergingLayer {
  /// Reads the layer's configuration, as Keras 2 or 3 wrote it.
  ///
  /// - Throws: `ModelFormatError` for what we lack, and for numbers that cannot be.
  init(reading fields: inout ConfigurationReader) throws(ModelFormatError)

  /// What Keras 3 needs to make the layer anew.
  var configuration: [String: JSONValue] { get }
}

/// All layers that a model file may name.
package enum KerasLayers {
  /// The layers of several inputs.
  package static let merging: [any KerasMergingLayer.Type] = [
    Add.self,
    Subtract.self,
    Multiply.self,
    Average.self,
    Maximum.self,
    Minimum.self,
    Concatenate.self,
  ]

  /// A line per layer.
  package static let all: [any KerasLayer.Type] = [
    Conv1D.self,
    Conv2D.self,
    Conv3D.self,
    DepthwiseConv1D.self,
    DepthwiseConv2D.self,
    SeparableConv1D.self,
    SeparableConv2D.self,
    Conv1DTranspose.self,
    Conv2DTranspose.self,
    Conv3DTranspose.self,
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
    LayerNormalization.self,
    UnitNormalization.self,
    GroupNormalization.self,
    Dropout.self,
    SpatialDropout1D.self,
    SpatialDropout2D.self,
    SpatialDropout3D.self,
    GaussianDropout.self,
    AlphaDropout.self,
    GaussianNoise.self,
    ActivityRegularization.self,
    Rescaling.self,
    Normalization.self,
    Resizing.self,
    CenterCrop.self,
    RandomFlip.self,
    RandomRotation.self,
    RandomZoom.self,
    RandomTranslation.self,
    RandomContrast.self,
    RandomBrightness.self,
    Identity.self,
    Flatten.self,
    Reshape.self,
    Permute.self,
    RepeatVector.self,
    ZeroPadding1D.self,
    ZeroPadding2D.self,
    ZeroPadding3D.self,
    Cropping1D.self,
    Cropping2D.self,
    Cropping3D.self,
    UpSampling1D.self,
    UpSampling2D.self,
    UpSampling3D.self,
    ActivationLayer.self,
    ReLU.self,
    LeakyReLU.self,
    ELU.self,
    PReLU.self,
    Softmax.self,
  ]

  /// The layer that Keras calls `className`; nil where we lack it.
  package static func named(_ className: String) -> (any KerasLayer.Type)? { all.first { $0.className == className } }

  /// The layer of several inputs that Keras calls `className`; nil where we lack it.
  package static func merging(named className: String) -> (any KerasMergingLayer.Type)? {
    merging.first { $0.className == className }
  }

  /// Whether one of them is called `className`.
  static func have(_ className: String) -> Bool { named(className) != nil || merging(named: className) != nil }

  /// What Keras calls them all.
  package static var names: [String] { all.map { $0.className } + merging.map { $0.className } }

  /// The stem of the automatic names of a class; nil where we lack it.
  static func stem(of className: String) -> String? { named(className)?.stem ?? merging(named: className)?.stem }
}
