extension Experiment: FieldCoded {
  /// Every field, those of `update` among them, in files as in words.
  static let fields: [CodedField<Experiment>] =
    [
      CodedField("dataset", \.dataset),
      CodedField("datasetDigest", \.datasetDigest),
      CodedField("classNames", \.classNames),
      CodedField("outputNames", \.outputNames),
      CodedField("levels", \.levels),
      CodedField("limit", \.limit),
      CodedField("inputShape", \.inputShape),
      CodedField("target", \.target),
      CodedField("group", \.group),
      CodedField("drop", \.drop),
      CodedField("missing", \.missing),
      CodedField("window", \.window),
      CodedField("seconds", \.seconds),
      CodedField("rate", \.rate),
      CodedField("validationSplit", \.validationSplit),
      CodedField("scale", \.scale),
      CodedField("augmentation", \.augmentation),
      CodedField("normalize", \.normalize),
      CodedField("normalization", \.normalization),
      CodedField("model", \.model),
      CodedField("network", \.network),
      CodedField("initialWeights", \.initialWeights),
      CodedField("batchSize", \.batchSize),
      CodedField("slice", \.slice),
      CodedField("clipNorm", \.clipNorm),
      CodedField("loss", \.loss),
      CodedField("metrics", \.metrics),
      CodedField("classWeights", \.classWeights),
      CodedField("labelSmoothing", \.labelSmoothing),
      CodedField("restoresBest", \.restoresBest),
      CodedField("minDelta", \.minDelta),
      CodedField("minRateShare", \.minRateShare),
      CodedField("clipValue", \.clipValue),
      CodedField("clipTensorNorm", \.clipTensorNorm),
      CodedField("ema", \.ema),
      CodedField("lookahead", \.lookahead),
      CodedField("parameterRules", \.parameterRules),
      CodedField("monitor", \.monitor),
      CodedField("earlyStopping", \.earlyStopping),
      CodedField("plateauFactor", \.plateauFactor),
      CodedField("plateauPatience", \.plateauPatience),
      CodedField("seed", \.seed),
      CodedField("shuffle", \.shuffle),
      CodedField("reduction", \.reduction),
    ] + UpdateRecipe.fields.map { CodedField($0, of: \.update) }

  /// Reads what a file says.
  public init(from decoder: any Decoder) throws {
    self.init()
    try read(from: decoder)
  }

  /// Writes all that there is to say.
  public func encode(to encoder: any Encoder) throws { try write(to: encoder) }
}
