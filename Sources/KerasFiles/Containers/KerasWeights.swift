import Files
import Kernels
import Layers
import Models
import Tensors

/// The weights of a model in a file of Keras's: in a `.keras` archive, in the `.h5` of a whole model, or alone, in a `.weights.h5`
/// of Keras 3 or a `.h5` of Keras 2.
///
/// Keras 3 files a layer's variables by the layer's class and place, `layers/conv2d_1/vars/0`, and those of a nested model
/// below it, `layers/functional/layers/conv2d/vars/0`. Whole-model `.h5` files and those of Keras 2 have a group for each
/// layer of the outermost model, and in it the names of its weights, `weight_names`, in Keras's order.
public struct KerasWeights {
  let file: HDF5File
  /// The description of the model whose weights they are, where it stands beside them.
  private let document: JSONValue?

  /// The file as the user named it.
  public var path: String { file.path }

  init(_ file: HDF5File, of document: JSONValue?) {
    self.file = file
    self.document = document
  }

  /// Opens the file at `path`.
  ///
  /// - Throws: `FileError`, missing where there is none, malformed where it holds no weights.
  public init(_ path: String) throws(FileError) {
    let contents = try KerasContainer(path)
    guard let weights = contents.weights else {
      throw FileError(.malformed, path, "holds no weights: it is a model's JSON alone")
    }
    self = weights
  }

  /// Whether the file at `path` is one of Keras's, by its first bytes.
  ///
  /// - Throws: `FileError`, missing where there is none.
  public static func isKeras(_ path: String) throws(FileError) -> Bool {
    try MappedFile(path).withBytes { bytes in
      bytes.starts(with: HDF5File.signature) || bytes.starts(with: KerasArchive.signature)
    }
  }

  /// Fills `values`, laid out as the model's arena is.
  ///
  /// - Parameters:
  ///   - values: the model's, to be filled.
  ///   - model: the model.
  ///   - architecture: where the model's layers stood in Keras's; nil where they stand as in the model itself.
  ///   - skipped: hears of each tensor of the model that the file has not, or not in its shape, and which stays as it is; nil
  ///     where the file must have all, and no others.
  /// - Throws: `FileError` naming the tensor that is missing, has another shape, is not the model's, or holds what is no
  ///   number.
  public func load(
    into values: MutableFloatBuffer, of model: Model, as architecture: Architecture? = nil,
    skipping skipped: ((String) -> Void)? = nil
  ) throws(FileError) {
    let stages = Dictionary(uniqueKeysWithValues: model.stages.filter { $0.first == nil }.map { ($0.name, $0) })
    let origins = try origins(of: model, named: Set(stages.keys), as: architecture)
    let owners = origins.compactMap { origin -> Owner? in
      guard let stage = stages[origin.name], !stage.parameters.isEmpty else { return nil }
      return Owner(origin: origin, stage: stage)
    }
    let found = try find(owners, isWhole: skipped == nil)
    var arrays: [(place: String, target: MutableFloatBuffer)] = []
    for match in found.matches {
      let (parameter, range) = (match.owner.stage.parameters[match.index], match.owner.stage.ranges[match.index])
      let name = "\(match.owner.stage.name)/\(parameter.name)"
      if let skipped,
        try match.place.flatMap({ place throws(FileError) in try file.shape(place) }) != parameter.shape.dimensions
      {
        skipped(name)
        continue
      }
      guard let place = match.place, let shape = try file.shape(place) else {
        throw FileError(
          .malformed, path, "lacks the tensor \(name) \(parameter.shape): is it of another model?")
      }
      guard shape == parameter.shape.dimensions else {
        throw FileError(
          .malformed, path,
          "tensor \(place), for \(name), has shape \(shape), the model takes \(parameter.shape.dimensions)")
      }
      arrays.append((place, values.part(range)))
    }
    try file.read(arrays)
    for (place, target) in arrays {
      if let index = firstNotFinite(UnsafeRawBufferPointer(target)) {
        throw FileError(
          .malformed, path, "tensor \(place) holds \(target[index]) at \(index), expected finite numbers")
      }
    }
    // What is left over is another model's, but for counters.
    for place in found.surplus where skipped == nil {
      if let shape = try file.shape(place), !shape.isEmpty {
        throw FileError(.malformed, path, "has a tensor \(place), which the model lacks: other model?")
      }
    }
  }

  /// Where the model's layers stood in Keras's: where the file itself has a model of layers of the same names, there; else in
  /// `architecture`, else as they stand in the model.
  private func origins(
    of model: Model, named names: Set<String>, as architecture: Architecture?
  ) throws(FileError) -> [LayerOrigin] {
    if let document, let own = try? Architecture(keras: document), Set(own.origins.map(\.name)) == names {
      return own.origins
    }
    if let architecture { return architecture.origins }
    do {
      return try Architecture(keras: try model.kerasDocument()).origins
    } catch {
      throw FileError(.malformed, path, "is for a network of Keras's layers, this one has others: \(error)")
    }
  }

  /// A layer with parameters, here and in Keras's model.
  struct Owner {
    let origin: LayerOrigin
    let stage: Model.Stage
  }

  /// A parameter, and where the file has it.
  struct Match {
    let owner: Owner
    let index: Int
    let place: String?
  }

  /// What was found of a model, and what else is there.
  struct Found {
    var matches: [Match] = []
    var surplus: [String] = []
  }

  private func find(_ owners: [Owner], isWhole: Bool) throws(FileError) -> Found {
    for group in ["model_weights", ""] where list("layer_names", of: group) != nil {
      return try layered(owners, in: group, isWhole: isWhole)
    }
    for container in ["layers", "_layer_checkpoint_dependencies"] where file.hasGroup(container) {
      return try stored(owners, under: container)
    }
    throw FileError(
      .malformed, path, "holds no weights of a model: expected a group layers, or the attribute layer_names")
  }

  /// A list of names beside a group; one that is long is cut into `names0`, `names1`, …
  func list(_ name: String, of group: String) -> [String]? {
    if let names = file.strings(name, of: group) { return names }
    var names: [String] = []
    var count = 0
    while let part = file.strings("\(name)\(count)", of: group), !part.isEmpty {
      names += part
      count += 1
    }
    return names.isEmpty ? nil : names
  }
}
