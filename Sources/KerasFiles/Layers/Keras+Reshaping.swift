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

extension ZeroPadding2D: KerasLayer {
  public init(reading fields: inout ConfigurationReader) throws(ModelFormatError) {
    try fields.requireChannelsLast()
    let found = fields.value("padding") ?? 1
    // 1, [1, 2] for height and width, or [[top, bottom], [left, right]]
    let axes: [JSONValue] = if case .array(let axes) = found { axes } else { [found, found] }
    let sides = axes.flatMap { axis -> [JSONValue] in if case .array(let pair) = axis { pair } else { [axis, axis] } }
    let zeros = sides.compactMap { side in
      if case .number(let number) = side, let count = Int(exactly: number), 0...1 << 16 ~= count { count } else { nil }
    }
    guard axes.count == 2, sides.count == 4, zeros.count == 4 else {
      throw fields.refusal("padding", found, expected: "[[top, bottom], [left, right]], each from 0 to 65536")
    }
    self.init(top: zeros[0], bottom: zeros[1], left: zeros[2], right: zeros[3])
  }

  public var configuration: [String: JSONValue] {
    [
      "padding": [
        [JSONValue(top), JSONValue(bottom)],
        [JSONValue(left), JSONValue(right)],
      ]
    ]
  }
}
