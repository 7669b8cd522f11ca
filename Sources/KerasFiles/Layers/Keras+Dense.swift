import Kernels
import Layers

extension Dense: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    self.init(
      try fields.integer("units"), activation: try fields.activation(), useBias: try fields.bool("use_bias", or: true),
      kernelInitializer: try fields.initializer("kernel_initializer", or: .glorotUniform),
      biasInitializer: try fields.initializer("bias_initializer", or: .zeros),
      kernelRegularizer: try fields.regularizer())
    try fields.requireNull(
      "bias_regularizer", "activity_regularizer", "kernel_constraint", "bias_constraint", "quantization_config",
      "lora_rank")
  }

  public var configuration: [String: JSONValue] {
    [
      "units": JSONValue(units), "activation": activation.keras, "use_bias": .bool(useBias),
      "kernel_initializer": kernelInitializer.keras, "bias_initializer": biasInitializer.keras,
      "kernel_regularizer": kernelRegularizer?.keras ?? nil,
    ]
  }
}
