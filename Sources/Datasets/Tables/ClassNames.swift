/// The names of classes. Where all are numbers, `1`, `1.0` and `1e0` are the same, called `1`.
struct ClassNames {
  /// All names, in their order.
  let names: [String]
  private let places: [String: Int]
  private let areNumbers: Bool

  /// Takes names in the order that they have.
  init(_ names: [String]) { self.init(names, areNumbers: names.allSatisfy { DecimalNumber($0).value != nil }) }

  /// Takes each name once, and sorts them: by number where all are numbers, else by their bytes.
  init(sorting all: [String]) {
    let distinct = Set(all)
    let numbers = distinct.compactMap { DecimalNumber($0).value }
    if numbers.count == distinct.count {
      self.init(Set(numbers).sorted().map(Self.name), areNumbers: true)
    } else {
      self.init(distinct.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }, areNumbers: false)
    }
  }

  private init(_ names: [String], areNumbers: Bool) {
    (self.names, self.areNumbers) = (names, areNumbers)
    places = Dictionary(zip(names, names.indices)) { first, _ in first }
  }

  /// The place of a class as a table writes it.
  subscript(written: String) -> Int? {
    places[written] ?? (areNumbers ? DecimalNumber(written).value.flatMap { places[Self.name($0)] } : nil)
  }

  /// Whether they are classes where nothing says so: words, or whole numbers for a network that has an output for each, or none
  /// yet. Of one with a single output, whole numbers are classes where there are two that it is to tell apart, or 0 and 1,
  /// which are their own values.
  func areClasses(for output: NetworkOutput?) -> Bool {
    guard areNumbers else { return true }
    guard names.allSatisfy({ !$0.contains { $0 == "." || $0 == "e" } }) else { return false }
    guard let output, output.shape.count == 1 else { return true }
    return names == ["0", "1"] || (output.isBinary && names.count == 2)
  }

  /// A number as a name: whole ones without a point.
  private static func name(_ number: Double) -> String {
    number.magnitude < 0x1p53 && number == number.rounded() ? "\(Int(number))" : "\(number)"
  }
}
