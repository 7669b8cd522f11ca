import Files
import Glibc

/// Where the arrays of a data set are: `.npy` files in a folder, or one `.npz` file.
struct ArrayFiles {
  /// A part of the data set: samples and targets.
  struct Part {
    let samples: NumPyArray
    let targets: NumPyArray
  }

  private let path: String
  /// Those of an archive; nil for a folder.
  private let unpacked: [String: NumPyArray]?

  /// How the arrays of samples and of targets are called, for training: in Keras's own data sets, and in MedMNIST
  /// (Yang et al. 2023).
  private static let trainingNames = [("x_train", "y_train"), ("train_images", "train_labels")]
  /// Likewise of those that are held back; where there are several, the first.
  private static let validationNames = [
    ("x_val", "y_val"), ("val_images", "val_labels"), ("x_test", "y_test"), ("test_images", "test_labels"),
  ]

  /// Looks into a folder, or opens an archive.
  ///
  /// - Throws: `FileError`: missing; malformed for an archive that is none.
  init(_ path: String) throws(FileError) {
    self.path = path
    var status = stat()
    guard stat(path, &status) == 0 else { throw FileError.system(path, "cannot be opened") }
    if status.st_mode & S_IFMT == S_IFDIR {
      unpacked = nil
    } else {
      let names = (Self.trainingNames + Self.validationNames).flatMap { [$0.0, $0.1] }
      unpacked = try NumPyArchive(path: path).arrays(Set(names))
    }
  }

  /// The samples to train on; nil where there are none.
  func training() throws(FileError) -> Part? { try part(Self.trainingNames) }

  /// The samples to train on.
  ///
  /// - Throws: `FileError`, missing where there are none.
  func requireTraining() throws(FileError) -> Part {
    guard let part = try training() else { throw lack(of: Self.trainingNames, "to train on") }
    return part
  }

  /// The samples that are held back.
  ///
  /// - Throws: `FileError`, missing where there are none.
  func requireValidation() throws(FileError) -> Part {
    guard let part = try part(Self.validationNames) else { throw lack(of: Self.validationNames, "to validate with") }
    return part
  }

  private func lack(of names: [(String, String)], _ purpose: String) -> FileError {
    let list = names.map { "\($0.0) and \($0.1)" }.joined(separator: ", or ")
    return FileError(
      .missing, path, "has no arrays \(purpose), expected \(list)\(unpacked == nil ? " as .npy files" : "")")
  }

  private func part(_ names: [(String, String)]) throws(FileError) -> Part? {
    for (samples, targets) in names {
      guard let x = try array(samples) else { continue }
      guard let y = try array(targets) else {
        throw FileError(.missing, path, "has an array \(samples) and none called \(targets)")
      }
      guard x.count == y.count else {
        throw FileError(.malformed, y.path, "holds \(y.count) targets, but \(x.path) holds \(x.count) samples")
      }
      return Part(samples: x, targets: y)
    }
    return nil
  }

  private func array(_ name: String) throws(FileError) -> NumPyArray? {
    if let unpacked { return unpacked[name] }
    let file = "\(path)/\(name).npy"
    return access(file, F_OK) == 0 ? try NumPyArray(file) : nil
  }
}
