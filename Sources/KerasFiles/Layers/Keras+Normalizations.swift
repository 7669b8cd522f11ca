import Layers

extension BatchNormalization: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    self.init(
      momentum: try fields.float("momentum", in: 0..<Float(1).nextUp, or: 0.99),
      epsilon: try fields.float("epsilon", in: .leastNormalMagnitude..<(.infinity), or: 1e-3),
      center: try fields.bool("center", or: true), scale: try fields.bool("scale", or: true))
    try fields.requireLastAxis()
    (gammaOptions, betaOptions) = (try fields.options("gamma", or: .ones), try fields.options("beta", or: .zeros))
    (meanInitializer, varianceInitializer) = (
      try fields.initializer("moving_mean_initializer", or: .zeros),
      try fields.initializer("moving_variance_initializer", or: .ones)
    )
    try fields.require("synchronized", false)
    try fields.require("renorm", false)
    fields.ignore("renorm_clipping", "renorm_momentum")  // of no effect without renorm
  }

  public var configuration: [String: JSONValue] {
    [
      "axis": -1, "momentum": JSONValue(momentum), "epsilon": JSONValue(epsilon), "center": .bool(center),
      "scale": .bool(scale), "moving_mean_initializer": meanInitializer.keras,
      "moving_variance_initializer": varianceInitializer.keras,
    ].merging(gammaOptions.keras("gamma")) { $1 }.merging(betaOptions.keras("beta")) { $1 }
  }
}

extension LayerNormalization: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    let found = fields.value("axis") ?? -1
    let list: [JSONValue] = if case .array(let axes) = found { axes } else { [found] }
    // Counted from the end; from the batch's axis where the rank is known.
    let rank = fields.inputRank
    let axes = list.compactMap { axis -> Int? in
      guard case .number(let number) = axis, let place = Int(exactly: number) else { return nil }
      return place < 0 ? place : rank.map { place - $0 - 1 }
    }.sorted()
    guard axes.count == list.count, !axes.isEmpty, axes == Array(-axes.count...(-1)) else {
      throw fields.refusal("axis", found, expected: "the last axis, or several to the last")
    }
    self.init(
      axes: axes.count, epsilon: try fields.float("epsilon", in: .leastNormalMagnitude..<(.infinity), or: 1e-3),
      center: try fields.bool("center", or: true), scale: try fields.bool("scale", or: true))
    (gammaOptions, betaOptions) = (try fields.options("gamma", or: .ones), try fields.options("beta", or: .zeros))
    try fields.require("rms_scaling", false)
  }

  public var configuration: [String: JSONValue] {
    [
      "axis": axes == 1 ? -1 : .extents(Array(-axes...(-1))), "epsilon": JSONValue(epsilon), "center": .bool(center),
      "scale": .bool(scale),
    ].merging(gammaOptions.keras("gamma")) { $1 }.merging(betaOptions.keras("beta")) { $1 }
  }
}

extension GroupNormalization: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    let found = fields.value("groups") ?? 32
    guard case .number(let number) = found, let groups = Int(exactly: number),
      groups == -1 || 1...ConfigurationReader.largestCount ~= groups
    else {
      throw fields.refusal("groups", found, expected: "a number of groups, or -1 for one for each channel")
    }
    self.init(
      groups: groups == -1 ? nil : groups,
      epsilon: try fields.float("epsilon", in: .leastNormalMagnitude..<(.infinity), or: 1e-3),
      center: try fields.bool("center", or: true), scale: try fields.bool("scale", or: true))
    try fields.requireLastAxis()
    (gammaOptions, betaOptions) = (try fields.options("gamma", or: .ones), try fields.options("beta", or: .zeros))
  }

  public var configuration: [String: JSONValue] {
    [
      "groups": JSONValue(groups ?? -1), "axis": -1, "epsilon": JSONValue(epsilon), "center": .bool(center),
      "scale": .bool(scale),
    ].merging(gammaOptions.keras("gamma")) { $1 }.merging(betaOptions.keras("beta")) { $1 }
  }
}

extension UnitNormalization: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    try fields.requireLastAxis()
    self.init()
  }

  public var configuration: [String: JSONValue] { ["axis": -1] }
}
