import Datasets
import Runs

/// What `--class-weight` says: a weight for some classes, by name or number, or one that makes all classes count alike.
enum ClassWeightOption {
  case balanced
  case weights([(name: String, weight: Float)])

  /// Reads the command line; nil where the option is not given.
  init?(_ arguments: Arguments) throws(UsageError) {
    guard let text = arguments.string("--class-weight") else { return nil }
    if text == "balanced" {
      self = .balanced
      return
    }
    var weights: [(name: String, weight: Float)] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      // A class may have = in its name, a number has not.
      guard let equals = part.lastIndex(of: "="), let weight = Float(part[part.index(after: equals)...]),
        Experiment.rates.contains(weight)
      else {
        throw UsageError(
          "--class-weight takes CLASS=X with commas between, or balanced, got \(part); a class that has a comma in its name goes "
            + "by its number, from 0")
      }
      let name = String(part[..<equals])
      guard !weights.contains(where: { $0.name == name }) else {
        throw UsageError("--class-weight names the class \(name) twice")
      }
      weights.append((name, weight))
    }
    self = .weights(weights)
  }

  /// The weight of each class of `samples`.
  ///
  /// - Throws: `UsageError` for a class that they lack, or targets that are no classes.
  func resolved(for samples: any Dataset) throws(UsageError) -> [Float] {
    guard case .classes(let count, let positions) = samples.targets else {
      throw UsageError("--class-weight has no meaning for \(samples.name), whose targets are no classes")
    }
    switch self {
    case .balanced:
      var counts = [Int](repeating: 0, count: count)
      let labels = UnsafeMutableBufferPointer<Int32>.allocate(capacity: positions.count)
      defer { labels.deallocate() }
      for sample in 0..<samples.count {
        samples.loadClasses(of: sample, into: labels)
        for label in labels { counts[Int(label)] += 1 }
      }
      let all = samples.count * positions.count
      return counts.map { $0 == 0 ? 1 : Float(all) / Float(count * $0) }
    case .weights(let weights):
      var all = [Float](repeating: 1, count: count)
      for (name, weight) in weights {
        let byName = samples.classNames.firstIndex(of: name)
        guard let label = byName ?? Int(name), 0..<count ~= label else {
          throw UsageError(
            "--class-weight names the class \(name), \(samples.name) has \(samples.classNames.prefix(10).joined(separator: ", "))"
              + (samples.classNames.count > 10 ? ", …" : ""))
        }
        all[label] = weight
      }
      return all
    }
  }
}
