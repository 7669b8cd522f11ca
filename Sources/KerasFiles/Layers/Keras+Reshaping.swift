import Layers

extension Flatten: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    self.init()
    try fields.requireChannelsLast()
  }

  public var configuration: [String: JSONValue] { [:] }
}

extension Reshape: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    let found = fields.value("target_shape")
    guard case .array(let values) = found, 1...4 ~= values.count else {
      throw fields.refusal("target_shape", found, expected: "the sizes of 1 to 4 axes")
    }
    let sizes = values.compactMap { value in
      if case .number(let number) = value, let size = Int(exactly: number), size == -1 || 1...1 << 28 ~= size {
        size
      } else {
        nil
      }
    }
    // As numbers with a point, which cannot overflow.
    let product = sizes.reduce(1) { $0 * Double($1).magnitude }
    guard sizes.count == values.count, sizes.count(where: { $0 == -1 }) <= 1, product <= 0x1p28 else {
      throw fields.refusal("target_shape", found, expected: "sizes of at least 1, and -1 for one of them at most")
    }
    self.init(sizes)
  }

  public var configuration: [String: JSONValue] { ["target_shape": .array(target.map { JSONValue($0) })] }
}

extension Permute: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    let found = fields.value("dims")
    let axes: [Int] = if case .array(let list) = found { list.compactMap { $0.whole(in: 1...8) } } else { [] }
    guard !axes.isEmpty, axes.sorted() == Array(1...axes.count) else {
      throw fields.refusal("dims", found, expected: "a permutation of 1, 2, …")
    }
    self.init(axes.map { $0 - 1 })
  }

  public var configuration: [String: JSONValue] { ["dims": .extents(order.map { $0 + 1 })] }
}

extension RepeatVector: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    self.init(try fields.integer("n"))
  }

  public var configuration: [String: JSONValue] { ["n": JSONValue(count)] }
}

extension ZeroPadding1D: KerasLayer {}
extension ZeroPadding2D: KerasLayer {}
extension ZeroPadding3D: KerasLayer {}

extension KerasLayer where Self: ZeroPaddingLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    if Self.axes == 1 {
      fields.ignore("data_format")  // Keras 3 writes it, and there is but one order with a single axis in between
    } else {
      try fields.requireChannelsLast()
    }
    self.init(borders: try fields.borders("padding", axes: Self.axes))
  }

  public var configuration: [String: JSONValue] { ["padding": bordersAsKeras] }
}

extension Cropping1D: KerasLayer {}
extension Cropping2D: KerasLayer {}
extension Cropping3D: KerasLayer {}

extension KerasLayer where Self: CroppingLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    if Self.axes > 1 { try fields.requireChannelsLast() }  // Keras has no such field for a single axis
    self.init(borders: try fields.borders("cropping", axes: Self.axes))
  }

  public var configuration: [String: JSONValue] { ["cropping": bordersAsKeras] }
}

extension UpSampling1D: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    self.init(try fields.extents("size", axes: 1, or: 2)[0])
  }

  public var configuration: [String: JSONValue] { ["size": JSONValue(factors[0])] }
}

extension UpSampling2D: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    try fields.requireChannelsLast()
    self.init(
      Extents2(try fields.extents("size", axes: 2, or: 2)), interpolation: try fields.interpolation(or: .nearest))
  }

  public var configuration: [String: JSONValue] {
    ["size": .extents(factors), "interpolation": .string(interpolation.rawValue)]
  }
}

extension UpSampling3D: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    try fields.requireChannelsLast()
    self.init(Extents3(try fields.extents("size", axes: 3, or: 2)))
  }

  public var configuration: [String: JSONValue] { ["size": .extents(factors)] }
}

extension BorderLayer {
  /// A pair for each axis; of a single axis the pair itself.
  fileprivate var bordersAsKeras: JSONValue {
    let pairs = borders.map { JSONValue.extents([$0.before, $0.behind]) }
    return Self.axes == 1 ? pairs[0] : .array(pairs)
  }
}

extension JSONValue {
  /// A whole number in a range; nil for anything else.
  fileprivate func whole(in range: ClosedRange<Int>) -> Int? {
    if case .number(let number) = self, let whole = Int(exactly: number), range ~= whole { whole } else { nil }
  }
}

extension ConfigurationReader {
  /// How what lies between places is made up.
  mutating func interpolation(or standard: Interpolation) throws(ModelFormatError) -> Interpolation {
    let found = value("interpolation") ?? .string(standard.rawValue)
    guard case .string(let name) = found, let interpolation = Interpolation(rawValue: name) else {
      throw refusal("interpolation", found, expected: "nearest or bilinear")
    }
    return interpolation
  }

  /// What lies before and behind each axis: `1`, `[1, 2]` for the axes or, of a single one, its ends, `[[1, 0], [2, 2]]`.
  fileprivate mutating func borders(_ key: String, axes: Int) throws(ModelFormatError) -> [Border] {
    let found = value(key) ?? 1
    var sides: [JSONValue]
    switch found {
    case .array(let list) where axes == 1 && list.count == 2: sides = list
    case .array(let list) where list.count == axes:
      sides = list.flatMap { axis -> [JSONValue] in if case .array(let pair) = axis { pair } else { [axis, axis] } }
    case .array: sides = []
    default: sides = Array(repeating: found, count: 2 * axes)
    }
    let counts = sides.compactMap { $0.whole(in: 0...1 << 16) }
    guard counts.count == 2 * axes, sides.count == 2 * axes else {
      throw refusal(key, found, expected: "what lies before and behind each axis, each from 0 to 65536")
    }
    return (0..<axes).map { Border(counts[2 * $0], counts[2 * $0 + 1]) }
  }
}

extension Identity: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) { self.init() }

  public var configuration: [String: JSONValue] { [:] }
}
