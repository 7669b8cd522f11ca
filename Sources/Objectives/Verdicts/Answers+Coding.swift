extension Answers: Codable {
  private enum Kind: String, CodingKey { case oneClass, positions, labels, numbers }

  private enum Field: String, CodingKey {
    case of, count, classes, positions
    /// What records of before the count had a name call it.
    case former = "_0"
  }

  /// Reads what is written today, and what was when counts had no name.
  public init(from decoder: any Decoder) throws {
    let kinds = try decoder.container(keyedBy: Kind.self)
    guard let kind = kinds.allKeys.first, kinds.allKeys.count == 1 else {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: decoder.codingPath,
          debugDescription:
            "expected one of oneClass, positions, labels and numbers, found \(kinds.allKeys.count) of them"))
    }
    let fields = try kinds.nestedContainer(keyedBy: Field.self, forKey: kind)
    func number(_ field: Field) throws -> Int { try fields.decode(Int.self, forKey: field) }
    func count() throws -> Int { try number(fields.contains(.count) ? .count : .former) }
    switch kind {
    case .oneClass: self = .oneClass(of: try number(.of))
    case .positions: self = .positions(try count(), classes: try number(.classes))
    case .labels: self = .labels(try count(), positions: try number(.positions))
    case .numbers: self = .numbers(try count())
    }
  }

  /// Writes a field for the kind of answers, and in it a name for each number.
  public func encode(to encoder: any Encoder) throws {
    var kinds = encoder.container(keyedBy: Kind.self)
    func write(_ kind: Kind, _ numbers: [(Field, Int)]) throws {
      var fields = kinds.nestedContainer(keyedBy: Field.self, forKey: kind)
      for (field, number) in numbers { try fields.encode(number, forKey: field) }
    }
    switch self {
    case .oneClass(let classes): try write(.oneClass, [(.of, classes)])
    case .positions(let positions, let classes): try write(.positions, [(.count, positions), (.classes, classes)])
    case .labels(let labels, let positions): try write(.labels, [(.count, labels), (.positions, positions)])
    case .numbers(let numbers): try write(.numbers, [(.count, numbers)])
    }
  }
}
