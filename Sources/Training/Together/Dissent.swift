/// Which ranks are unlike the others.
public enum Dissent {
  /// The indices of all values that are not the most frequent one (the first of equally frequent).
  public static func ranks<Value: Hashable>(in values: [Value]) -> [Int] {
    let counts = Dictionary(values.map { ($0, 1) }, uniquingKeysWith: +)
    let most = counts.values.max() ?? 0
    guard let common = values.first(where: { counts[$0] == most }) else { return [] }
    return values.indices.filter { values[$0] != common }
  }

  /// The first rank that is unlike the others, and the first of these; nil where all are alike.
  public static func first<Value: Hashable>(in values: [Value]) -> (rank: Int, other: Int)? {
    let dissenting = ranks(in: values)
    guard let rank = dissenting.first, let other = values.indices.first(where: { !dissenting.contains($0) }) else {
      return nil
    }
    return (rank, other)
  }
}
