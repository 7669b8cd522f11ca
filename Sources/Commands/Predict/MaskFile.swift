import Files
import Glibc
import Graphics
import Objectives
import Runs
import Tensors

/// Writes what a network says of every position of a sample to a file: the class map as a PNG, whose pixels are the numbers of
/// the classes and have colours, or as a NumPy array where it is no picture, has more than 256 classes, or holds numbers.
struct MaskFile {
  private let words: AnswerWords
  private let folder: String
  /// The files that are read, by what the system knows them by, and those that have been written: none may be written over.
  private var inputs: [FileIdentity: String] = [:]
  private var written: Set<String> = []

  /// - Throws: `FileError` where the folder cannot be made.
  init(_ words: AnswerWords, in folder: String) throws(FileError) {
    (self.words, self.folder) = (words, folder)
    try Self.make(folder)
  }

  /// Whether there is more to write than a line has room for.
  static func suits(_ answers: Answers) -> Bool {
    switch answers {
    case .oneClass, .labels(_, positions: 1): false
    case .positions, .labels: true
    case .numbers(let count): count > 1
    }
  }

  /// Makes sure that no two files would be written to the same place, and none over one of the inputs.
  ///
  /// - Throws: `UsageError` that names two which would.
  mutating func refuseNamesakes(_ inputs: [PredictionInput]) throws(UsageError) {
    for input in inputs {
      if let identity = FileIdentity(input.path) { self.inputs[identity] = input.path }
    }
    for input in inputs {
      for ending in ["png", "npy"] { try refuseInput("\(folder)/\(input.stem).\(ending)") }
    }
    var known: [String: String] = [:]
    for input in inputs {
      guard let other = known.updateValue(input.path, forKey: input.stem) else { continue }
      throw UsageError(
        "what \(other) and \(input.path) give would be written to the same file \(input.stem): name them one by one")
    }
  }

  private func refuseInput(_ path: String) throws(UsageError) {
    guard let input = FileIdentity(path).flatMap({ inputs[$0] }) else { return }
    throw UsageError(
      "\(path) is one of the inputs (\(input)), and would be written over: name another folder with --output")
  }

  /// Makes sure that nothing is lost by writing to `path`.
  private mutating func claim(_ path: String) throws {
    try refuseInput(path)
    guard written.insert(path).inserted else {
      throw UsageError("two samples give \(path): name their files one by one")
    }
  }

  /// Writes the outputs of a sample.
  ///
  /// - Throws: `FileError` where the system refuses, `UsageError` where something would be written over.
  mutating func write(_ outputs: FloatBuffer, of sample: PredictionBatch<PredictionInput>.Sample) throws {
    let path = "\(folder)/\(sample.origin.stem)" + (sample.count > 1 ? "-\(sample.index)" : "")
    if let slash = path.lastIndex(of: "/") { try Self.make(String(path[..<slash])) }
    if case .numbers = words.answers {
      try claim("\(path).npy")
      return try Self.writeArray("\(path).npy", "<f4", words.output, outputs.flatMap { Self.bytes($0.bitPattern) })
    }
    let (map, shape) = (words.map(outputs), words.mapShape)
    if shape.rank == 2, words.names.count <= 256 {
      let picture = IndexedPicture(
        height: shape[0], width: shape[1], map.map { UInt8($0) }, colours: max(2, words.names.count))
      let bytes = picture.png()
      guard !bytes.isEmpty else { throw FileError(.failed, "\(path).png", "there is no memory to draw it in") }
      try claim("\(path).png")
      try AtomicFile.write("\(path).png") { part in try bytes.withUnsafeBytes(part) }
      return
    }
    try claim("\(path).npy")
    if words.names.count <= 256 {
      try Self.writeArray("\(path).npy", "|u1", shape, map.map { UInt8($0) })
    } else {
      try Self.writeArray("\(path).npy", "<i4", shape, map.flatMap(Self.bytes))
    }
  }

  private static func bytes(_ number: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian) { Array($0) }
  }

  /// Writes an array in version 1.0 of NumPy's format.
  private static func writeArray(_ path: String, _ type: String, _ shape: Shape, _ elements: [UInt8]) throws {
    var text = "{'descr': '\(type)', 'fortran_order': False, 'shape': \(shape), }"
    text += String(repeating: " ", count: 63 - (text.utf8.count + 10) % 64) + "\n"
    let start: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0] + bytes(UInt16(text.utf8.count))
    try AtomicFile.write(path) { part in
      for bytes in [start, Array(text.utf8), elements] { try bytes.withUnsafeBytes(part) }
    }
  }

  private static func make(_ folder: String) throws(FileError) {
    if mkdir(folder, 0o777) == 0 || errno == EEXIST { return }
    guard errno == ENOENT, let slash = folder.lastIndex(of: "/"), slash != folder.startIndex else {
      throw .system(folder, "cannot be made")
    }
    try make(String(folder[..<slash]))
    guard mkdir(folder, 0o777) == 0 || errno == EEXIST else { throw .system(folder, "cannot be made") }
  }
}
