import Datasets
import Models

extension TestTimeAugmentation {
  /// What makes it senseless for a network, or the samples that it judges; nil where it is not.
  public func flaw(for head: Head) -> String? {
    let positions = head.objective.positions
    guard positions == 1 else {
      // What is said of a mirror image would have to be mirrored back first.
      return "\(rawValue) is for one answer to each image, but the network answers at \(positions) positions of each"
    }
    return flaw(for: head.model.input)
  }
}
