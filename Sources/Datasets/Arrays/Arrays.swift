import Files
import Hosts
import Tensors

/// Samples of any shape in NumPy arrays, with their targets in others.
public enum Arrays {
  /// What a network takes and gives.
  public typealias Shapes = (input: Shape, output: Shape)

  /// Opens the arrays in a folder of `.npy` files or in an `.npz` file: `x_train` and `y_train`, `x_val` and `y_val`, `x_test`
  /// and `y_test`, and what else `ArrayNames` has for them; or `X` and `y`, of which `split` holds a share back.
  ///
  /// Where there are no arrays to validate with and nothing is held back, those for the test stand in for them, and there is no
  /// test. Samples that are in no part are all to be judged where none are asked for to train on, and nothing is held back.
  ///
  /// - Parameters:
  ///   - path: a folder of `.npy` files, or an `.npz` file.
  ///   - scale: nil for one that goes with the elements: bytes are shares of 255, all else is taken as it is.
  ///   - split: what is held back to validate with, where the arrays do not say; nil for nothing.
  ///   - parts: what is to be opened. All of them must be there, but for the test.
  ///   - isLooking: whether nobody trains on them: floats that are none may be there, and nothing to validate with.
  ///   - areClasses: whether the network was trained on classes; nil where it is yet to be trained.
  ///   - team: the processes of the host, which open them together; nil for this one alone.
  ///   - shapes: what the network takes and gives, told what its samples look like; nil where it is yet to be made for
  ///     them.
  /// - Throws: `FileError`: missing; malformed for what is no array, is cut short, holds a float that is none, or does not fit
  ///   the other arrays; and what `shapes` throws.
  public static func open(
    _ path: String, scale: ArrayScale? = nil, split: ValidationSplit? = nil,
    parts: Set<DataSplits.Part> = Set(DataSplits.Part.allCases), isLooking: Bool = false,
    areClasses: Bool? = nil, team: HostTeam? = nil, shapes: (Shape) throws -> Shapes? = { _ in nil }
  ) throws -> DataSplits {
    let team = try team ?? .alone()
    return try team.together { try open(path, scale, split, parts, isLooking, areClasses, team, shapes) }
  }

  private static func open(
    _ path: String, _ scale: ArrayScale?, _ split: ValidationSplit?, _ parts: Set<DataSplits.Part>,
    _ isLooking: Bool, _ areClasses: Bool?, _ team: HostTeam, _ shapes: (Shape) throws -> Shapes?
  ) throws -> DataSplits {
    let files = try ArrayFiles(path)
    let places = try Places(files, split, parts, isLooking: isLooking)
    let opened = try files.open(places.arrays.map(\.pair), team)
    var (first, all): (ArraySamples?, [DataSplits.Part: ArraySamples]) = (nil, [:])
    // Without a network, those to train on say how many classes there are.
    if let pair = places.reference, let sample = opened.first?.samples.sample, try shapes(Shape(sample)) == nil {
      first = try files.open([pair], team).first.map { try ArraySamples($0, scale, shapes, keepsMissing: isLooking) }
    }
    for (place, arrays) in zip(places.arrays, opened) {
      let samples = try ArraySamples(
        arrays, scale, shapes, like: first, areClasses: areClasses, keepsMissing: isLooking)
      (first, all[place.part]) = (first ?? samples, samples)
    }
    var splits: [DataSplits.Part: any Dataset] = all
    if let split, places.isSplit, let whole = all[.training] {
      let (training, validation) = split.part(whole.labels)
      guard !validation.isEmpty else {
        throw FileError(
          .malformed, path,
          "holds \(whole.count) samples, of which a share of \(split.share) of each class is none: hold back more")
      }
      splits[.training] = SelectedSamples(of: whole, training)
      splits[.validation] = SelectedSamples(of: whole, validation)
    }
    return DataSplits(splits.filter { parts.contains($0.key) })
  }

  /// Which arrays are to be opened for which part.
  private struct Places {
    /// What each part is made of; that of training first, because it says what targets are.
    private(set) var arrays: [(part: DataSplits.Part, pair: ArrayNames.Pair)] = []
    /// The arrays to train on, where there are some that are not asked for.
    private(set) var reference: ArrayNames.Pair?
    /// Whether the samples to validate with are a share of those to train on.
    private(set) var isSplit = false

    init(
      _ files: ArrayFiles, _ split: ValidationSplit?, _ parts: Set<DataSplits.Part>, isLooking: Bool
    ) throws(FileError) {
      var training = try files.find(ArrayNames.pairs(.training))
      let validation = try files.find(ArrayNames.pairs(.validation))
      // A test without targets is none, and of no interest where there is something to validate with.
      var test = try? files.find(ArrayNames.pairs(.test))
      let isWhole = training == nil && validation == nil && test == nil
      if isWhole { training = try files.find(ArrayNames.whole) }

      if parts.contains(.training) {
        guard let training else {
          throw files.lack(of: ArrayNames.pairs(.training) + [ArrayNames.whole[0]], "to train on")
        }
        if validation != nil, split != nil {
          throw FileError(
            .malformed, files.path, "has arrays to validate with: leave --validation-split out, or them")
        }
        arrays.append((.training, training))
      }
      if parts.contains(.validation) {
        if let validation {
          arrays.append((.validation, validation))
        } else if split != nil, let training {
          isSplit = true
          if arrays.isEmpty { arrays.append((.training, training)) }
        } else if isWhole, let training, !parts.contains(.training) {
          arrays.append((.validation, training))
        } else if let pair = try files.find(ArrayNames.pairs(.test)) {
          arrays.append((.validation, pair))
          test = nil
        } else if !isLooking {
          throw files.lack(
            of: ArrayNames.pairs(.validation) + ArrayNames.pairs(.test), "to validate with",
            training == nil ? "" : ": or hold a part of those to train on back, --validation-split SHARE")
        }
      }
      if parts.contains(.test), let test { arrays.append((.test, test)) }
      if !arrays.contains(where: { $0.part == .training }), !isWhole { reference = training }
    }
  }
}
