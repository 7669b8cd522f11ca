/// Slow weights that go a part of the way to the others every few steps, where these then go on from; what is judged and kept in
/// the end are the slow ones (Zhang, Lucas, Hinton and Ba, "Lookahead optimizer: k steps forward, 1 step back", 2019).
public struct Lookahead: Codable, Hashable, Sendable {
  /// Every how many steps.
  public var every: Int
  /// Which part of the way.
  public var share: Float
  /// Which part it is at the end of the learning rate's schedule, to which it goes with the cube of the way there, as in
  /// Jordan's airbench94; nil for the same from first to last.
  public var endShare: Float?

  /// The numbers of the paper.
  public init(every: Int = 5, share: Float = 0.5, endShare: Float? = nil) {
    (self.every, self.share, self.endShare) = (every, share, endShare)
  }

  /// Which part of the way the slow weights go after step `step`, counted from 0, of a schedule of `steps`, nil where it has no
  /// end; nil where they stay. The way there is that of the steps that are done then.
  public func share(after step: Int, of steps: Int?) -> Float? {
    guard (step + 1).isMultiple(of: every) else { return nil }
    guard let endShare, let steps else { return share }
    let way = Double(min(step + 1, steps)) / Double(steps)
    return Float(Double(share) + (Double(endShare) - Double(share)) * way * way * way)
  }
}

extension Lookahead: CustomStringConvertible {
  /// `every 5, share 0.5, at the end 1.0`.
  public var description: String { "every \(every), share \(share)\(endShare.map { ", at the end \($0)" } ?? "")" }
}
