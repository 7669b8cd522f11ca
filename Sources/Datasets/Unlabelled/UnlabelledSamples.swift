import Files
import Tensors

/// The samples of one file, of which nobody says what they are.
package struct UnlabelledSamples: Sendable {
  /// How many there are, at least one.
  package let count: Int
  /// How many pixels a picture has that is yet to be decoded; 0 for anything else.
  package let pixels: Int
  private let loading: @Sendable (Int, MutableFloatBuffer) throws(FileError) -> Void

  init(
    _ count: Int, pixels: Int = 0,
    _ loading: @escaping @Sendable (Int, MutableFloatBuffer) throws(FileError) -> Void
  ) {
    (self.count, self.pixels, self.loading) = (count, pixels, loading)
  }

  /// Writes the numbers of a sample, channels last: as a data set would, before it is normalised. Any thread may call it.
  ///
  /// - Throws: `FileError` where the file is no sample, or cannot be read any more.
  package func load(_ index: Int, into numbers: MutableFloatBuffer) throws(FileError) {
    precondition(0..<count ~= index, "sample \(index) of \(count)")
    try loading(index, numbers)
  }
}

extension SampleReader {
  /// The samples of an array: one, or as many as its first axis counts. An axis of one channel may be left out.
  func open(_ array: NumPyArray) throws(FileError) -> UnlabelledSamples {
    let own = shape.dimensions
    let bare = own.last == 1 && own.count > 1 ? Array(own.dropLast()) : own
    let extents = array.header.extents
    // What is a sample and what is a batch may look alike where an axis is left out: the whole shape comes first.
    let samples: NumPyArray
    if extents == own {
      samples = array.asOneSample
    } else if array.sample == own {
      samples = array
    } else if extents == bare {
      samples = array.asOneSample
    } else if array.sample == bare || own == [1] && array.sample.isEmpty {
      samples = array
    } else {
      throw FileError(
        .malformed, array.path,
        "holds an array of \(Shape(extents)), but the network takes samples of \(shape): expected one of them, or an array of some"
      )
    }
    try samples.refuseNotFinite()
    try samples.check()
    let isDivided = (scale ?? (array.header.element == .uint8 ? .bytes : .none)) == .bytes
    if isOfPixels && array.header.element != .uint8 {
      let numbers = FloatStorage(count: shape.count)
      for index in 0..<samples.count {
        samples.load(index, into: numbers.buffer)
        try refuseStrangers(
          among: numbers.buffer, isDivided, samples.count == 1 ? array.path : "\(array.path)[\(index)]")
      }
    }
    return UnlabelledSamples(samples.count) { index, numbers throws(FileError) in
      samples.load(index, into: numbers)
      if isDivided { for place in numbers.indices { numbers[place] /= 255 } }
      try samples.check()
    }
  }

  /// A sample whose numbers are known: what becomes of them is what becomes of an array of floats.
  ///
  /// - Parameters:
  ///   - numbers: as many as the network takes.
  ///   - name: what they are called in errors.
  /// - Throws: `FileError`, malformed, where they cannot be what the network was trained on.
  package func sample(of numbers: [Float], name: String) throws(FileError) -> UnlabelledSamples {
    let isDivided = scale == .bytes
    if isOfPixels { try refuseStrangers(among: numbers, isDivided, name) }
    return UnlabelledSamples(1) { _, target in
      _ = target.update(fromContentsOf: numbers)
      if isDivided { for place in target.indices { target[place] /= 255 } }
    }
  }

  /// Refuses numbers that lie outside of where pixels are: what a network says of such has no meaning, and looks sure.
  private func refuseStrangers(
    among numbers: some Sequence<Float>, _ isDivided: Bool, _ name: String
  ) throws(FileError) {
    let largest: Float = isDivided ? 255 : 1
    // Half a step of a byte, for what was rounded on the way.
    let slack = largest / 510
    guard let stranger = numbers.first(where: { !(-slack...largest + slack).contains($0) }) else { return }
    throw FileError(
      .malformed, name,
      "holds \(stranger), expected numbers from 0 to \(Int(largest)), to which the pixels of the training were brought"
        + (isDivided ? "" : ": divide bytes by 255, or give them as an array of type uint8 or as a picture"))
  }

  /// The samples of the array in an archive that holds such samples; there must be one such array, or one array.
  func open(archive path: String) throws(FileError) -> UnlabelledSamples {
    let archive = NumPyArchive(path: path)
    let arrays = try archive.heldArrays()
    guard arrays.count != 1 else { return try open(arrays[0].array) }
    let own = shape.dimensions
    let bare = own.last == 1 && own.count > 1 ? Array(own.dropLast()) : own
    let fitting = arrays.filter {
      [own, bare].contains($0.array.header.extents) || [own, bare].contains($0.array.sample)
    }
    guard fitting.count == 1 else {
      let found = arrays.map { "\($0.name) \(Shape($0.array.header.extents))" }.joined(separator: ", ")
      throw FileError(
        .malformed, path,
        "has \(fitting.isEmpty ? "no array" : "\(fitting.count) arrays") of samples of \(shape), expected one, among "
          + (found.isEmpty ? "its files" : found))
    }
    return try open(fitting[0].array)
  }

  /// The series of a table, of the network's length, or cut and padded to it where those of its run were.
  func open(_ table: SeriesTable, _ notice: (String) -> Void) throws(FileError) -> UnlabelledSamples {
    guard table.count > 0 else { throw FileError(.malformed, table.path, "has no series") }
    let isCut = tables?.shape != nil
    for index in 0..<table.count {
      let numbers = table.range(index).count
      if !isCut, numbers != shape.count {
        throw table.error(
          line: table.lines[index], "has a series of \(numbers) numbers, but the network takes \(shape)")
      }
    }
    let channels = shape.rank == 2 ? shape[1] : 1
    guard table.channels == channels || shape.rank == 1 else {
      throw FileError(
        .malformed, table.path, "has series of \(table.channels) channels, but the network takes \(shape)")
    }
    let layout = try SeriesLayout([table], shape: [shape.count / table.channels, table.channels], notice)
    let isZero = tables?.missing == .zero
    let numbers = try layout.numbers(of: table) { _ in isZero ? 0 : nil }
    let count = shape.count
    return UnlabelledSamples(table.count) { index, target in
      numbers.withUnsafeBufferPointer {
        _ = target.update(fromContentsOf: UnsafeBufferPointer(rebasing: $0[index * count..<(index + 1) * count]))
      }
    }
  }
}
