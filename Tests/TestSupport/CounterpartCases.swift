import FoundationEssentials
import Kernels
import Models
import Tensors

/// Models in files, in a folder, with inputs and the outputs that another program is to give for them.
public final class CounterpartCases {
  private let path: String
  private let ending: String
  private var titles: [String] = []

  /// An empty folder, for files that end in `ending`.
  public init(_ path: String, ending: String) { (self.path, self.ending) = (path, ending) }

  /// Adds a model.
  ///
  /// - Parameters:
  ///   - inputs: of all samples, for each of the model's inputs.
  ///   - outputs: likewise.
  ///   - write: writes the model at a path.
  public func add(
    _ title: String, inputs: [[Float]], outputs: [[Float]], write: (_ path: String) throws -> Void
  ) throws {
    let name = "case-\(1000 + titles.count)"
    titles.append(title)
    try write("\(path)/\(name).\(ending)")
    for (index, input) in inputs.enumerated() { try save(input, "\(name).x\(index)") }
    for (index, output) in outputs.enumerated() { try save(output, "\(name).y\(index)") }
  }

  /// What a model came to.
  public struct Verdict {
    /// The model's title.
    public let title: String
    /// How far its outputs are from those expected, relative to the largest of them, or to 1; nil where it gave none.
    public let deviation: Double?
    /// The other program's own words.
    public let line: String
  }

  /// Runs all of them by `script`, which gives a line for each: its name, and its deviation or what is wrong.
  public func judge(by script: String) throws -> [Verdict] {
    guard let python = Counterparts.python else { return [] }
    let lines = try Shell.run([python, script, path]).split(separator: "\n").map(String.init)
    return titles.enumerated().map { index, title in
      let line = lines.first { $0.hasPrefix("case-\(1000 + index)\t") } ?? "no word of it"
      return Verdict(
        title: title, deviation: line.split(separator: "\t").last.flatMap { Double($0) }, line: line)
    }
  }

  private func save(_ floats: [Float], _ name: String) throws {
    try floats.withUnsafeBytes { try Data($0).write(to: URL(filePath: "\(path)/\(name)")) }
  }
}

/// What `model` gives as it was written, for each of its outputs.
public func forward(_ model: Model, _ values: FloatStorage, _ inputs: [[Float]]) -> [[Float]] {
  OpenBLAS.useCallingThreadOnly()
  let (samples, most) = (inputs[0].count / model.inputs[0].shape.count, 8)
  let workspace = Workspace(
    model: model, training: nil, inference: WorkspacePlan(model, samples: most, isKeeping: false))
  var outputs: [[Float]] = model.outputs.map { _ in [] }
  for start in stride(from: 0, to: samples, by: most) {
    let count = min(most, samples - start)
    for (index, input) in inputs.enumerated() {
      let size = model.inputs[index].shape.count
      let part = input[start * size..<(start + count) * size]
      _ = workspace.input(index, samples: count, isKeeping: false).buffer.update(fromContentsOf: part)
    }
    workspace.forward(slices: [0..<count], values: values.buffer.reading, draw: nil, isKeeping: false)
    for index in outputs.indices { outputs[index] += workspace.output(index, samples: count, isKeeping: false).buffer }
  }
  return outputs
}

/// Values of `model` as a seed gives them, with averages and levels that are none of a start.
public func lively(_ model: Model) -> FloatStorage {
  let storage = FloatStorage(count: model.parameterCount)
  model.initialize(storage.buffer, seed: 7)
  for entry in model.layout.entries {
    for (index, place) in entry.range.enumerated() {
      if entry.name.hasSuffix("variance") { storage.buffer[place] = 0.5 + Float(index % 5) / 4 }
      if ["mean", "beta", "bias"].contains(where: entry.name.hasSuffix) {
        storage.buffer[place] = Float(index % 7) / 16 - 0.2
      }
    }
  }
  return storage
}
