import Kernels
import Layers

extension Dense: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    self.init(
      try fields.integer("units"), activation: try fields.activation(), useBias: try fields.bool("use_bias", or: true))
    kernelOptions = try fields.options("kernel", or: .glorotUniform)
    biasOptions = try fields.options("bias", or: .zeros)
    try fields.requireNull("activity_regularizer", "quantization_config", "lora_rank")
  }

  public var configuration: [String: JSONValue] {
    ["units": JSONValue(units), "activation": activation.keras, "use_bias": .bool(useBias)]
      .merging(kernelOptions.keras("kernel")) { $1 }.merging(biasOptions.keras("bias")) { $1 }
  }
}
