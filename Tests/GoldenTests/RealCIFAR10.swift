import Datasets
import FoundationEssentials
import Glibc
import TestSupport

/// The real CIFAR-10, where this machine has it.
enum RealCIFAR10 {
  /// The folder of a copy with the bytes that Keras was given; nil, said on the standard error, where there is none.
  static let folder: String? = {
    do {
      let folder = try find()
      if try Golden("cifar10").isOf(folder) { return folder }
      skip("\(folder) holds other bytes than the golden was made from, as another JPEG decoder gives them")
    } catch {
      skip("\(error)")
    }
    return nil
  }()

  /// Finds the files as the program does, or else unpacks them from the folder of shared data that may stand beside the
  /// checkout.
  private static func find() throws -> String {
    let places = DataFolder(option: nil, environment: ProcessInfo.processInfo.environment)
    do {
      return try places.find(.cifar10)
    } catch {
      let unpack = "\(Golden.checkout)/../shared/data/cifar10/unpack"
      guard access(unpack, X_OK) == 0 else { throw error }
      let command = [unpack, "\(try places.destination())/\(CIFARFormat.cifar10.folder)"]
      if !Shell.succeeds(command) { Shell.say("`\(command.joined(separator: " "))` failed: run it to see why") }
      return try places.find(.cifar10)
    }
  }

  private static func skip(_ reason: String) {
    Shell.say("SKIPPED, the comparison with Keras on CIFAR-10: \(reason)")
  }
}
