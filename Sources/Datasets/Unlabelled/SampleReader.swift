import Files
import Tensors

/// Reads samples whose answers nobody knows, one file at a time, into what a network takes: files of one sample each, arrays
/// and tables. What becomes of them is what became of the samples that the network was trained on.
package struct SampleReader: Sendable {
  /// What the network takes: a sample's shape, channels last.
  package let shape: Shape
  /// What files may hold that hold one sample each; the first for a file whose name tells nothing.
  let formats: [any SampleFormat]
  /// How tables are read; nil where they hold no samples of such a shape.
  let tables: SeriesOptions?
  /// What becomes of the numbers of arrays; nil for what goes with their type.
  let scale: ArrayScale?
  /// Whether the samples that the network was trained on were pixels, brought to 0 … 1.
  let isOfPixels: Bool
  /// Whether pixels go from 0 to 255 instead of 0 to 1.
  let isUnscaled: Bool
  /// Whether sounds are cut or padded to the network's length.
  let fitsSounds: Bool
  /// How many pixels a picture may have; nil for as many as any.
  package var pixelLimit: Int?

  /// What the samples of a run are.
  package struct Kind: Sendable {
    /// The name of its data set; nil where nothing is known of it.
    package var dataset: String?
    /// How its tables are read.
    package var series = SeriesOptions()
    /// The intensities of volumes that become 0 and 1; nil for each volume's own.
    package var window: ClosedRange<Float>?
    /// How long sounds were made; nil for their own length.
    package var seconds: Double?
    /// How many frames a second they have; nil for their own.
    package var rate: Int?
    /// What became of the numbers of samples.
    package var scale: ArrayScale?
    /// Whether they were pixels, brought to 0 … 1.
    package var isOfPixels = false

    /// Nothing is known.
    package init() {}
  }

  /// Reads samples of `shape` as those of `kind` were read.
  package init(_ kind: Kind, shape: Shape) {
    (self.shape, scale, isOfPixels) = (shape, kind.scale, kind.isOfPixels)
    let isArrays = kind.dataset == nil || kind.dataset == "arrays"
    var formats: [any SampleFormat] = []
    var tables: SeriesOptions?
    let holdsSounds = ["audio", "listing"].contains(kind.dataset) || isArrays
    switch shape.rank {
    case 3 where shape[2] == 1 || shape[2] == 3: formats = [PictureFormat(shape: shape)]
    case 4: formats = [VolumeFormat(shape: shape, window: kind.window)]
    case 2 where holdsSounds: formats = [SoundFormat(seconds: kind.seconds, rate: kind.rate, channels: shape[1])]
    default: break
    }
    if kind.dataset == "series" || isArrays && shape.rank <= 2 { tables = kind.series }
    (self.formats, self.tables, fitsSounds) = (formats, tables, kind.seconds != nil)
    isUnscaled = kind.scale == ArrayScale.none
  }

  /// What files may be, for people: `image, or array`.
  package var nouns: String {
    (formats.map(\.noun) + (tables == nil ? [] : ["table of series"]) + ["array"]).joined(separator: " or ")
  }

  // MARK: - Files

  private static let arrayEndings = [".npy", ".npz"]
  private static let tableEndings = [".csv", ".tsv", ".ts", ".txt"].flatMap { [$0, "\($0).gz"] }

  /// Whether a file of this name is one to look into, where a whole folder is read.
  package func knows(_ path: String) -> Bool {
    let endings = Self.arrayEndings + (tables == nil ? [] : Self.tableEndings) + formats.flatMap(\.endings)
    return endings.contains(where: path.lowercased().hasSuffix)
  }

  /// Looks into the file at `path`. A file of a single sample is not opened before that is loaded.
  ///
  /// - Throws: `FileError`: missing; malformed for what holds no samples for the network.
  package func open(_ path: String, notice: (String) -> Void) throws(FileError) -> UnlabelledSamples {
    let name = path.lowercased()
    if name.hasSuffix(".npz") { return try open(archive: path) }
    if name.hasSuffix(".npy") { return try open(NumPyArray(path)) }
    let isTable = Self.tableEndings.contains(where: name.hasSuffix)
    if let tables, isTable || formats.isEmpty {
      return try open(SeriesTable.read(path, tables, target: .optional(numbers: shape.count), notice), notice)
    }
    guard let format = format(of: name) else { throw noSamples(path) }
    return UnlabelledSamples(1) { [self] _, numbers throws(FileError) in
      let file = try MappedFile(path)
      try file.withBytes { bytes throws(FileError) in try load(bytes, path, format, into: numbers) }
      try file.check()
    }
  }

  /// Looks into a file's bytes, which say themselves what they are.
  ///
  /// - Parameter name: what they are called in errors.
  /// - Throws: `FileError`, malformed, for what holds no samples for the network.
  package func open(_ bytes: [UInt8], name: String, notice: (String) -> Void) throws(FileError) -> UnlabelledSamples {
    if bytes.starts(with: [0x93] + Array("NUMPY".utf8)) { return try open(NumPyArray(held: bytes, path: name)) }
    guard !bytes.starts(with: "PK\u{3}\u{4}".utf8) else {
      throw FileError(
        .malformed, name, "is a zip archive, such as an .npz file: expected one array, as numpy.save writes it")
    }
    guard let format = formats.first else {
      guard let tables else { throw noSamples(name) }
      let table = bytes.withUnsafeBytes { bytes in
        Result { () throws(FileError) in
          try SeriesTable.read(bytes, name, tables, target: .optional(numbers: shape.count), notice)
        }
      }
      return try open(table.get(), notice)
    }
    let pixels = try format is PictureFormat ? pixels(of: bytes, format, name) : 0
    return UnlabelledSamples(1, pixels: pixels) { [self] _, numbers throws(FileError) in
      let result = bytes.withUnsafeBytes { bytes in
        Result { () throws(FileError) in try load(bytes, name, format, into: numbers) }
      }
      try result.get()
    }
  }

  /// How many pixels a picture has, by its header.
  ///
  /// - Throws: `FileError` where it is none, or they are too many.
  private func pixels(of bytes: [UInt8], _ format: any SampleFormat, _ name: String) throws(FileError) -> Int {
    let header = bytes.withUnsafeBytes { bytes in
      Result { () throws(FileError) in try format.header(bytes, path: name) }
    }
    let extents = try header.get().extents
    let pixels = Int(extents.x) * Int(extents.y)
    if let pixelLimit, pixels > pixelLimit {
      throw FileError(
        .malformed, name, "has \(extents.x)×\(extents.y) pixels, expected \(pixelLimit) at most in all")
    }
    return pixels
  }

  private func format(of name: String) -> (any SampleFormat)? {
    formats.first { $0.endings.contains(where: name.hasSuffix) } ?? formats.first
  }

  private func noSamples(_ path: String) -> FileError {
    FileError(.malformed, path, "expected an array (.npy or .npz) for a network that takes samples of \(shape)")
  }

  /// Decodes a file of one sample.
  private func load(
    _ bytes: UnsafeRawBufferPointer, _ path: String, _ format: any SampleFormat, into numbers: MutableFloatBuffer
  ) throws(FileError) {
    let header = try format.header(bytes, path: path)
    var layout = try format.layout(of: [header], paths: [path])
    if format is SoundFormat, layout.shape != shape {
      guard fitsSounds && layout.shape[1] == shape[1] else {
        throw FileError(
          .malformed, path,
          "has \(layout.shape[0]) frames, but the network takes \(shape[0]), and its run did not cut and pad sounds by --seconds"
        )
      }
      layout = SampleLayout(shape: shape, element: layout.element, workingBytes: layout.workingBytes)
    }
    guard layout.shape == shape else {
      throw FileError(.malformed, path, "holds a sample of \(layout.shape), but the network takes \(shape)")
    }
    let room = UnsafeMutableRawBufferPointer.allocate(byteCount: layout.bytes, alignment: 64)
    defer { room.deallocate() }
    _ = try format.decode(bytes, path: path, to: layout, into: room)
    layout.read(UnsafeRawBufferPointer(room), into: numbers)
    if isUnscaled && layout.element != .float32 { for place in numbers.indices { numbers[place] *= 255 } }
  }
}
