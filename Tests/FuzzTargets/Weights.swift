import Files
import FoundationEssentials
import KerasFiles
import Layers
import Models
import Runs
import Tensors

extension FuzzTarget {
  /// Checkpoints and weights.
  static let safetensors = FuzzTarget(
    "safetensors",
    words: [
      #""dtype":"#, #""shape":["#, #""data_offsets":["#, #""__metadata__":"#, "F32", "F16", "BF16", "I64", "[0,0]",
      "[]",
      "9223372036854775807", "4294967296", #"\u0061"#, "\0\0\0\0\0\0\0\0", "1e2", "1.0", "-1", "null", "{}",
    ],
    mend: { file in
      // The header ends with its last brace, or where the tensors begin that are behind it.
      guard file.count > 8, let end = file[8...].lastIndex(of: UInt8(ascii: "}")) else { return }
      file.replaceSubrange(..<8, with: withUnsafeBytes(of: UInt64(end - 7).littleEndian, Array.init))
    },
    seeds: {
      try [header(#"{}"#), header(#"{"__metadata__":{"a":"b"}}  "#)]
        + [
          header(
            #"{"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]},"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}"#,
            data: 12),
          header(#"{"a":{"dtype":"F16","shape":[0,3],"data_offsets":[0,0]}}"#),
          header(#"{"ä":{"dtype":"BF16","shape":[1,2,1],"data_offsets":[0,4]}}"#, data: 4),
          header(
            #"{"a":{"dtype":"F16","shape":[1],"data_offsets":[0,2]},"a":{"dtype":"F16","shape":[1],"data_offsets":[2,4]}}"#,
            data: 4),
        ] + [checkpoint()]
    },
    reading: { bytes, folder in
      let path = try folder.file("f.safetensors", bytes)
      let file = try SafetensorsFile(path)
      for entry in file.entries {
        try withFloats(entry.bytes.count / (entry.element == .float32 ? 4 : 2)) { try file.read(entry, into: $0) }
      }
      _ = try file.digest()
      if file.metadata["format"] != nil { _ = try Checkpoint(path) }
    })

  private static func header(_ text: String, data: Int = 0) -> [UInt8] {
    withUnsafeBytes(of: UInt64(text.utf8.count).littleEndian, Array.init) + Array(text.utf8)
      + [UInt8](repeating: 0x3C, count: data)
  }

  private static func checkpoint() throws -> [UInt8] {
    let model = try Sequential(name: "tiny", input: [2, 2, 1]) {
      Flatten()
      Dense(3, activation: .softmax)
    }
    let folder = try FuzzFolder()
    let path = "\(folder.path)/checkpoint"
    try Checkpoint.write(
      path, arena: ParameterArena(layout: model.layout, optimizerStates: ["momentum"]), experiment: Experiment(),
      state: TrainingState(), blas: "none")
    return try MappedFile(path).withBytes { Array($0) }
  }
}
