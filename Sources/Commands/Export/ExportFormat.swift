import Reports
import Runs

/// What a network is written as.
enum ExportFormat: String, CaseIterable {
  /// A model for ONNX Runtime and others that read ONNX.
  case onnx
  /// Keras's archive.
  case keras
  /// Keras's older file of a whole model; where the file is called `.weights.h5`, its file of weights alone.
  case h5
  /// The values alone, under Keras's names.
  case safetensors

  /// What the names of such files end in.
  var endings: [String] {
    switch self {
    case .h5: [".h5", ".hdf5"]
    default: [".\(rawValue)"]
    }
  }

  /// The format that `--format` names, or else the ending of `path`.
  ///
  /// - Throws: `UsageError` where neither says it.
  init(_ arguments: Arguments, path: String) throws(UsageError) {
    let names = Self.allCases.map(\.rawValue)
    if let named = try arguments.choice("--format", of: names).flatMap(ExportFormat.init) {
      self = named
      return
    }
    let name = path.lowercased()
    guard let format = Self.allCases.first(where: { $0.endings.contains(where: name.hasSuffix) }) else {
      throw UsageError(
        "-o \(path) does not end in \(Self.allCases.flatMap(\.endings).alternatives): say what to write with --format")
    }
    self = format
  }
}
