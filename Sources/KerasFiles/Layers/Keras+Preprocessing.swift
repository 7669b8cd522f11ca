import Layers
import Tensors

extension Rescaling: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    self.init(scale: try fields.numbers("scale"), offset: try fields.numbers("offset", or: [0]))
  }

  public var configuration: [String: JSONValue] { ["scale": numbersAsKeras(scale), "offset": numbersAsKeras(offset)] }
}

extension Normalization: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    let found = fields.value("axis") ?? -1
    let list: [JSONValue] =
      switch found {
      case .array(let axes): axes
      case .null: []
      default: [found]
      }
    let rank = fields.inputRank
    let axes = list.compactMap { axis -> Int? in
      guard case .number(let number) = axis, let place = Int(exactly: number) else { return nil }
      // Counted from the batch's axis, or from the end, where only the last is known without the rank.
      if place > 0 { return place - 1 }
      return rank.map { $0 + place }
    }
    let isLast = list == [-1]
    guard isLast || axes.count == list.count, axes.allSatisfy({ $0 >= 0 }), Set(axes).count == axes.count else {
      throw fields.refusal("axis", found, expected: "-1, or axes from 1 on, each once")
    }
    var given: Given?
    if fields.hasValue("mean") || fields.hasValue("variance") {
      var fieldsOfMean = fields
      let extents = extents(of: fieldsOfMean.value("mean") ?? nil)
      let (mean, variance) = (try fields.numbers("mean"), try fields.numbers("variance"))
      guard mean.count == variance.count else {
        throw fields.refusal("variance", .array(variance.map { JSONValue($0) }), expected: "as many as means")
      }
      // Lists within lists, where they have a form.
      // A shape's count stays within bounds, whatever the lists say of their lengths.
      let isWhole = extents.count > 1 && !extents.contains(0) && Shape(extents).count == mean.count
      given = Given(mean: mean, variance: variance, extents: isWhole ? extents : nil)
    }
    fields.ignore("mean", "variance")
    self.init(axes: isLast ? nil : axes, given: given, isInverted: try fields.bool("invert", or: false))
  }

  public var configuration: [String: JSONValue] {
    [
      "axis": axes.map { .extents($0.map { $0 + 1 }) } ?? -1, "invert": .bool(isInverted),
      "mean": given.map { numbersAsKeras($0.mean[...], $0.extents[...]) } ?? .null,
      "variance": given.map { numbersAsKeras($0.variance[...], $0.extents[...]) } ?? .null,
    ]
  }
}

extension Resizing: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    self.init(
      height: try fields.integer("height"), width: try fields.integer("width"),
      interpolation: try fields.interpolation(or: .bilinear),
      cropsToAspectRatio: try fields.bool("crop_to_aspect_ratio", or: false))
    try fields.require("pad_to_aspect_ratio", false)
    try fields.require("antialias", false)
    try fields.requireChannelsLast()
    fields.ignore("fill_mode", "fill_value")  // of no effect without padding
  }

  public var configuration: [String: JSONValue] {
    [
      "height": JSONValue(height), "width": JSONValue(width), "interpolation": .string(interpolation.rawValue),
      "crop_to_aspect_ratio": .bool(cropsToAspectRatio),
    ]
  }
}

extension CenterCrop: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    self.init(height: try fields.integer("height"), width: try fields.integer("width"))
    try fields.requireChannelsLast()
  }

  public var configuration: [String: JSONValue] { ["height": JSONValue(height), "width": JSONValue(width)] }
}

extension RandomFlip: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    let mode = try fields.string("mode", or: "horizontal_and_vertical")
    switch mode {
    case "horizontal": self.init(horizontal: true, vertical: false)
    case "vertical": self.init(horizontal: false, vertical: true)
    case "horizontal_and_vertical": self.init()
    default: throw fields.refusal("mode", .string(mode), expected: "horizontal, vertical or horizontal_and_vertical")
    }
    try fields.takeRandomOptions()
  }

  public var configuration: [String: JSONValue] {
    ["mode": isHorizontal ? isVertical ? "horizontal_and_vertical" : "horizontal" : "vertical"]
  }
}

extension RandomRotation: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    self.init(try fields.factor("factor"), filling: try fields.filling())
    try fields.takeRandomOptions()
  }

  public var configuration: [String: JSONValue] { filling.keras.merging(["factor": factor.keras]) { $1 } }
}

extension RandomZoom: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    let width = fields.hasValue("width_factor") ? try fields.factor("width_factor") : nil
    fields.ignore("width_factor")
    self.init(height: try fields.factor("height_factor"), width: width, filling: try fields.filling())
    try fields.takeRandomOptions()
  }

  public var configuration: [String: JSONValue] {
    filling.keras.merging(["height_factor": height.keras, "width_factor": width?.keras ?? .null]) { $1 }
  }
}

extension RandomTranslation: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    self.init(
      height: try fields.factor("height_factor"), width: try fields.factor("width_factor"),
      filling: try fields.filling())
    try fields.takeRandomOptions()
  }

  public var configuration: [String: JSONValue] {
    filling.keras.merging(["height_factor": height.keras, "width_factor": width.keras]) { $1 }
  }
}

extension RandomContrast: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    // [lower, upper], or one number; Keras 3 writes a single one as [0, upper].
    let factors = try fields.numbers("factor")
    guard factors.count <= 2, factors.allSatisfy({ $0 >= 0 && $0 <= 255 }) else {
      throw fields.refusal("factor", .array(factors.map { JSONValue($0) }), expected: "one or two numbers from 0 on")
    }
    self.init(lower: factors[0], upper: factors[factors.count - 1], range: try fields.valueRange())
    try fields.takeRandomOptions()
  }

  public var configuration: [String: JSONValue] {
    ["factor": [JSONValue(lower), JSONValue(upper)], "value_range": range.keras]
  }
}

extension RandomBrightness: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    self.init(try fields.factor("factor"), range: try fields.valueRange())
    try fields.takeRandomOptions()
  }

  public var configuration: [String: JSONValue] { ["factor": factor.keras, "value_range": range.keras] }
}

extension ClosedRange<Float> {
  /// As Keras writes a pair.
  fileprivate var keras: JSONValue { [JSONValue(lowerBound), JSONValue(upperBound)] }
}

extension Filling {
  /// As Keras writes it.
  fileprivate var keras: [String: JSONValue] {
    [
      "fill_mode": .string(modeName), "fill_value": JSONValue(constant), "interpolation": .string(between.rawValue),
    ]
  }
}

/// Numbers in lists within lists of some extents; of a single extent as a list, or the number as such.
private func numbersAsKeras(_ numbers: ArraySlice<Float>, _ extents: ArraySlice<Int>) -> JSONValue {
  guard extents.count > 1, let outer = extents.first else { return numbersAsKeras(Array(numbers)) }
  let size = numbers.count / outer
  return .array(
    (0..<outer).map { index in
      let start = numbers.startIndex + index * size
      let inner = extents.dropFirst()
      let part = numbers[start..<start + size]
      return inner.count > 1 ? numbersAsKeras(part, inner) : .array(part.map { JSONValue($0) })
    })
}

/// The extents of lists within lists, by the first of each.
private func extents(of value: JSONValue) -> [Int] {
  guard case .array(let list) = value, let first = list.first else { return [] }
  return [list.count] + extents(of: first)
}

/// One number as such, several as a list.
private func numbersAsKeras(_ numbers: [Float]) -> JSONValue {
  numbers.count == 1 ? JSONValue(numbers[0]) : .array(numbers.map { JSONValue($0) })
}

extension ConfigurationReader {
  /// One finite number or a list of some, nested ones laid out in a row.
  fileprivate mutating func numbers(_ key: String, or standard: [Float]? = nil) throws(ModelFormatError) -> [Float] {
    let found = value(key)
    if found == nil, let standard { return standard }
    var numbers: [Float] = []
    var isSound = true
    func read(_ value: JSONValue?) {
      switch value {
      case .number(let number) where Float(number).isFinite: numbers.append(Float(number))
      case .array(let list): list.forEach(read)
      default: isSound = false
      }
    }
    read(found)
    guard isSound, !numbers.isEmpty else { throw refusal(key, found, expected: "a number, or a list of numbers") }
    return numbers
  }

  /// A range of shares: one number for as much to either side, or two.
  fileprivate mutating func factor(_ key: String) throws(ModelFormatError) -> ClosedRange<Float> {
    let numbers = try numbers(key)
    guard numbers.count <= 2, numbers.allSatisfy({ abs($0) <= 1 }) else {
      throw refusal(key, .array(numbers.map { JSONValue($0) }), expected: "one or two numbers from -1 to 1")
    }
    if numbers.count == 1 { return -abs(numbers[0])...abs(numbers[0]) }
    return min(numbers[0], numbers[1])...max(numbers[0], numbers[1])
  }

  fileprivate mutating func valueRange() throws(ModelFormatError) -> ClosedRange<Float> {
    let numbers = try numbers("value_range", or: [0, 255])
    guard numbers.count == 2, numbers[0] < numbers[1] else {
      throw refusal("value_range", .array(numbers.map { JSONValue($0) }), expected: "two numbers, the lower first")
    }
    return numbers[0]...numbers[1]
  }

  fileprivate mutating func filling() throws(ModelFormatError) -> Filling {
    let mode = try string("fill_mode", or: "reflect")
    let value = try float("fill_value", in: -.greatestFiniteMagnitude..<(.greatestFiniteMagnitude), or: 0)
    let interpolation = try interpolation(or: .bilinear)
    guard let filling = Filling(mode: mode, value: value, interpolation: interpolation) else {
      throw refusal("fill_mode", .string(mode), expected: "reflect, wrap, constant or nearest")
    }
    return filling
  }

  /// Takes the seed, which comes from the run's, and the order of axes.
  fileprivate mutating func takeRandomOptions() throws(ModelFormatError) {
    ignoreSeed()
    try requireNull("bounding_box_format")
    try requireChannelsLast()
  }
}
