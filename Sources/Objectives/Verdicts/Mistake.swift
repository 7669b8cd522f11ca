/// A sample of which the network said something wrong.
public struct Mistake: Equatable, Codable, Sendable {
  /// What is wrong.
  public enum Fault: Equatable, Codable, Sendable {
    /// It is of one class and was taken for another, with that probability; the true class was given its own.
    case oneClass(truth: Int, predicted: Int, probability: Float, trueProbability: Float)
    /// So many of its positions are right.
    case positions(right: Int, of: Int)
    /// So many of its labels are wrong, and of one of them the network was surest.
    case labels(wrong: Int, surest: Int, probability: Float)
    /// The number that is farthest off, by its place among the sample's and nil for the first, what it was to be, and the root of the
    /// mean squared deviation of all.
    case numbers(output: Float, target: Float, deviation: Float, place: Int? = nil)
  }

  /// Its index in the data set.
  public let sample: Int
  /// What is wrong.
  public let fault: Fault

  /// Something that is wrong with a sample.
  package init(sample: Int, fault: Fault) { (self.sample, self.fault) = (sample, fault) }
}
