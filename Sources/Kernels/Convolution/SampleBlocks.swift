/// How samples are cut for the products of a convolution: a block is either some whole samples or some places of one sample, with
/// a row in the product for each place. The shape of a product, and with it its bits, then depends on the block's place in a
/// slice alone.
struct SampleBlocks {
  /// A power of two.
  let samplesPerBlock: Int
  /// The places of a sample; the last block of a section may have fewer.
  let placesPerBlock: Int
  /// The places of a whole sample.
  let places: Int
  /// No block reaches from one run of so many places, such as a line, into the next.
  let section: Int

  /// The most rows of a block.
  var rows: Int { samplesPerBlock * placesPerBlock }

  /// Some places of some samples, all of them where there are several samples: a row each, sample after sample.
  struct Block {
    let samples: Range<Int>
    let places: Range<Int>
    var rows: Int { samples.count * places.count }
    /// Where the rows of a sample begin.
    func row(_ sample: Int) -> Int { (sample - samples.lowerBound) * places.count }
  }

  /// The largest power of two, up to `limit`, of samples that have up to `rows` rows together; at least one.
  static func samples(of places: Int, rows: Int, limit: Int = .max) -> Int {
    var samples = 1
    while 2 * samples * places <= rows && samples < limit { samples *= 2 }
    return samples
  }

  /// Calls `body` with every block of some samples.
  func forEachBlock(_ samples: Range<Int>, _ body: (Block) -> Void) {
    for n in stride(from: samples.lowerBound, to: samples.upperBound, by: samplesPerBlock) {
      for start in stride(from: 0, to: places, by: max(section, 1)) {
        for first in stride(from: start, to: start + section, by: placesPerBlock) {
          body(
            Block(
              samples: n..<min(n + samplesPerBlock, samples.upperBound),
              places: first..<min(first + placesPerBlock, start + section)))
        }
      }
    }
  }
}
