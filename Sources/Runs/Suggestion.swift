/// The known word that somebody is likely to have meant.
package enum Suggestion {
  /// ` (did you mean train?)` where a word of `known` is near to `word`; empty where none is.
  package static func words(for word: String, among known: [String]) -> String {
    nearest(to: word, among: known).map { " (did you mean \($0)?)" } ?? ""
  }

  /// The word of `known` that `word` takes the fewest changes to become: at most one in three letters, so that what has
  /// nothing to do with it is not offered. A word that begins alike is the next best.
  package static func nearest(to word: String, among known: [String]) -> String? {
    let distances = known.map { (word: $0, distance: distance(word, $0)) }
    let nearest = distances.min { $0.distance < $1.distance }
    if let nearest, nearest.distance * 3 <= max(word.count, nearest.word.count) { return nearest.word }
    let letters = word.drop { $0 == "-" }
    return letters.count < 3 ? nil : known.first { $0.drop { $0 == "-" }.hasPrefix(letters) }
  }

  /// How many letters must be put in, left out, replaced or exchanged with their neighbour to turn one word into the other
  /// (Damerau 1964, by the recurrence for optimal string alignment).
  package static func distance(_ first: String, _ second: String) -> Int {
    let (a, b) = (Array(first), Array(second))
    var rows = [Array(0...b.count)]
    for i in 1...max(a.count, 1) where i <= a.count {
      var row = [i]
      for j in 1...max(b.count, 1) where j <= b.count {
        var best = min(rows[i - 1][j], row[j - 1]) + 1
        best = min(best, rows[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1))
        if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] { best = min(best, rows[i - 2][j - 2] + 1) }
        row.append(best)
      }
      rows.append(row)
    }
    return rows[a.count][b.count]
  }
}
