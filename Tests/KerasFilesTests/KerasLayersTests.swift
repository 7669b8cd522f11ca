import FoundationEssentials
import KerasFiles
import Testing

/// The table in `KerasLayers.md` says what is.
@Suite struct KerasLayersTests {
  /// Every class of `keras.layers` in Keras 3.15, without second names:
  /// `{n for n in dir(keras.layers) if issubclass(getattr(keras.layers, n), keras.Layer)}`.
  private static let ofKeras = """
    Activation ActivityRegularization AdaptiveAveragePooling1D AdaptiveAveragePooling2D AdaptiveAveragePooling3D
    AdaptiveMaxPooling1D AdaptiveMaxPooling2D AdaptiveMaxPooling3D Add AdditiveAttention AlphaDropout Attention AugMix
    AutoContrast Average AveragePooling1D AveragePooling2D AveragePooling3D BatchNormalization Bidirectional
    CategoryEncoding CenterCrop Concatenate ContrastLimitedAdaptiveHistogramEqualization Conv1D Conv1DTranspose Conv2D
    Conv2DTranspose Conv3D Conv3DTranspose ConvLSTM1D ConvLSTM2D ConvLSTM3D Cropping1D Cropping2D Cropping3D CutMix Dense
    DepthwiseConv1D DepthwiseConv2D Discretization Dot Dropout ELU EinsumDense Embedding Equalization Flatten FlaxLayer
    GRU GRUCell GaussianDropout GaussianNoise GlobalAveragePooling1D GlobalAveragePooling2D GlobalAveragePooling3D
    GlobalMaxPooling1D GlobalMaxPooling2D GlobalMaxPooling3D GroupNormalization GroupQueryAttention HashedCrossing Hashing
    Identity InputLayer IntegerLookup JaxLayer LSTM LSTMCell Lambda Layer LayerNormalization LeakyReLU Masking
    MaxNumBoundingBoxes MaxPooling1D MaxPooling2D MaxPooling3D Maximum MelSpectrogram Minimum MixUp MultiHeadAttention
    Multiply Normalization PReLU Permute Pipeline RMSNormalization RNN RandAugment RandomBrightness
    RandomColorDegeneration RandomColorJitter RandomContrast RandomCrop RandomElasticTransform RandomErasing RandomFlip
    RandomGaussianBlur RandomGrayscale RandomHue RandomInvert RandomPerspective RandomPosterization RandomRotation
    RandomSaturation RandomSharpness RandomShear RandomTranslation RandomZoom ReLU RepeatVector Rescaling Reshape Resizing
    ReversibleEmbedding STFTSpectrogram SeparableConv1D SeparableConv2D SimpleRNN SimpleRNNCell Softmax Solarization
    SpatialDropout1D SpatialDropout2D SpatialDropout3D SpectralNormalization StackedRNNCells StringLookup Subtract
    TFSMLayer TextVectorization TimeDistributed TorchModuleWrapper UnitNormalization UpSampling1D UpSampling2D
    UpSampling3D Wrapper ZeroPadding1D ZeroPadding2D ZeroPadding3D
    """.split(whereSeparator: \.isWhitespace).map(String.init)

  /// The names in the columns `have` and `refuse`.
  private func columns() throws -> (have: [String], refuse: [String]) {
    let file = URL(filePath: #filePath).appending(path: "../../../Sources/KerasFiles/KerasFiles.docc/KerasLayers.md")
    let text = String(decoding: try Data(contentsOf: file.standardized), as: UTF8.self)
    let rows = text.split(separator: "\n").filter { $0.hasPrefix("|") }.dropFirst(2).map { row in
      row.split(separator: "|", omittingEmptySubsequences: false).map { cell in
        cell.split(separator: " ").filter { $0.hasPrefix("`") }.map { String($0.dropFirst().dropLast()) }
      }
    }
    return (rows.flatMap { $0[2] }, rows.flatMap { $0[3] })
  }

  @Test func theTableHasTheLayersThatAreRead() throws {
    #expect(try columns().have.sorted() == (KerasLayers.names + ["InputLayer"]).sorted())
  }

  @Test func everyLayerOfKerasIsInTheTableOnce() throws {
    let (have, refuse) = try columns()
    #expect((have + refuse).sorted() == Self.ofKeras.sorted())
  }
}
