import Files
import Hosts
import Tensors

/// The shape that all samples have, and what becomes of series of another length: they are cut, or padded with zeros at their
/// end.
struct SeriesLayout {
  /// (length, channels).
  let shape: Shape

  /// Finds out what the series of all tables have in common, those of the first before all.
  ///
  /// - Parameters:
  ///   - shape: what they are made to have; nil where they must share it.
  ///   - notice: is told how many are cut and padded.
  /// - Throws: `FileError`: malformed, that names the line of a series of another length, or where `shape` has other
  ///   channels; failed where the samples would not fit in this machine's memory.
  init(_ tables: [SeriesTable], shape: [Int]?, _ notice: (String) -> Void) throws(FileError) {
    let first = tables[0]
    var (expected, longest, cut, padded) = (shape?[0] ?? first.steps(0), 0, 0, 0)
    var odd: (table: SeriesTable, index: Int)?
    for table in tables {
      for index in 0..<table.count where table.steps(index) != expected {
        odd = odd ?? (table, index)
        if table.steps(index) > expected { cut += 1 } else { padded += 1 }
        longest = max(longest, table.steps(index))
      }
    }
    if let shape {
      guard shape[1] == first.channels else {
        throw FileError(
          .malformed, first.path,
          "has series of \(first.channels) channels, but --input-shape \(shape[0])x\(shape[1]) is of \(shape[1]): expected "
            + "LENGTHx\(first.channels)")
      }
      if cut > 0 { notice("\(cut) series are longer than \(expected) steps and are cut at their end") }
      if padded > 0 {
        notice("\(padded) series are shorter than \(expected) steps and are padded with zeros at their end")
      }
      expected = shape[0]
    } else if let (table, index) = odd {
      throw table.error(
        line: table.lines[index],
        "has a series of \(Self.steps(table.steps(index))), expected \(expected) as in line \(first.lines[0])"
          + (table.path == first.path ? "" : " of \(first.path)")
          + ": complete it, or cut and pad all series at their end by --input-shape "
          + "\(max(longest, expected))x\(first.channels)")
    }
    self.shape = [expected, first.channels]
    let samples = tables.map(\.count).reduce(0, +)
    let memory = PhysicalMemory.bytes
    guard samples <= memory / MemoryLayout<Float>.size / self.shape.count else {
      throw FileError(
        .failed, first.path,
        "\(samples) series of \(self.shape) do not fit in this machine's \(memory >> 20) MB of memory: shorter ones would do, "
          + "by --input-shape")
    }
  }

  private static func steps(_ count: Int) -> String { "\(count) step\(count == 1 ? "" : "s")" }

  /// The numbers of all samples, one after the other; `fill` says what stands at a place of a sample where one is missing.
  ///
  /// - Throws: `FileError`, malformed, where `fill` knows nothing for a place.
  func numbers(of table: SeriesTable, fill: (_ place: Int) -> Float?) throws(FileError) -> [Float] {
    var numbers = [Float](repeating: 0, count: table.count * shape.count)
    for index in 0..<table.count {
      for (place, number) in table.numbers[table.range(index)].prefix(shape.count).enumerated() {
        guard let known = number.isNaN ? fill(place) : number else {
          let (step, channel) = (place / table.channels, place % table.channels)
          throw table.error(
            line: table.lines[index],
            "the value of step \(step + 1), channel \(channel + 1) is missing, and no training sample has one for a mean: fill "
              + "it with --missing zero, or take the series out")
        }
        numbers[index * shape.count + place] = known
      }
    }
    return numbers
  }
}

/// The mean of each step and channel over training samples, as far as they have values there.
struct SeriesMeans {
  private let means: [Float?]

  /// Takes the means of the series `samples` of a table.
  init(_ table: SeriesTable, _ samples: [Int], _ shape: Shape) {
    var sums = [(sum: Double, count: Int)](repeating: (0, 0), count: shape.count)
    for index in samples {
      for (place, number) in table.numbers[table.range(index)].prefix(shape.count).enumerated() where !number.isNaN {
        sums[place] = (sums[place].sum + Double(number), sums[place].count + 1)
      }
    }
    means = sums.map { $0.count > 0 ? Float($0.sum / Double($0.count)) : nil }
  }

  /// The mean at a place of a sample; nil where nothing is known.
  subscript(place: Int) -> Float? { means[place] }
}
