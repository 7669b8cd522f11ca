extension Range where Bound == Int {
  /// The run of this range that falls to part `index` of `count`: all parts are contiguous, disjoint and in order, and
  /// their lengths differ by at most one. Ranks share a step's slices this way, and workers a rank's.
  ///
  /// A part is empty where there are more parts than elements.
  public func share(_ index: Int, of count: Int) -> Range<Int> {
    precondition(0..<count ~= index, "part \(index) of \(count) does not exist")
    return lowerBound + index * self.count / count..<lowerBound + (index + 1) * self.count / count
  }
}
