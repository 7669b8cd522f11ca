import Datasets
import Files
import Tensors
import TestSupport
import Testing

@Suite struct SyntheticTests {
  private static let data = Synthetic.open()

  private func pixels(_ set: any Dataset, _ sample: Int) -> [Float] {
    let storage = FloatStorage(count: set.sampleShape.count)
    set.load(sample, into: storage.buffer)
    return Array(storage.buffer)
  }

  /// The same bytes on every machine: a change here makes another data set. Drawing the same images in plain
  /// Python gives the same digests.
  @Test func theImagesAreFrozen() {
    #expect(Self.data.training.digest == "b6dd3416f3575a754af671a29d83cd78812699c5158dcf6cc81e38ab3f8acde7")
    #expect(Self.data.validation.digest == "332dc84af1c3b05b774ace55e46749a2e73bbe0768ca74fad6b0c05c35f8d758")
  }

  @Test func describesItself() {
    let set = Self.data.training
    #expect(set.name == "synthetic" && set.sampleShape == [32, 32, 3])
    #expect(set.count == 50_000 && Self.data.validation.count == 10_000)
    #expect(Set(set.classNames).count == 10 && set.classNames[0] == "disc" && set.classNames[9] == "dots")
    #expect((0..<20).map(set.label) == Array(0..<10) + Array(0..<10))
  }

  @Test func pixelsAreBytesOver255() {
    for sample in 0..<10 {
      let pixels = pixels(Self.data.training, sample)
      #expect(pixels.allSatisfy { 0...1 ~= $0 && ($0 * 255).rounded() / 255 == $0 })
    }
  }

  @Test func noTwoSamplesAreEqual() {
    let all = [Self.data.training, Self.data.validation].flatMap { set in (0..<200).map { pixels(set, $0) } }
    #expect(Set(all).count == 400)
  }

  /// Figures swap colours with their ground, so that the mean image of a class is flat and no linear model reads it.
  @Test(arguments: 0..<10)
  func theMeanImageOfAClassIsFlat(label: Int) {
    var mean = [Float](repeating: 0, count: 3072)
    for index in 0..<500 {
      for (place, value) in pixels(Self.data.training, 10 * index + label).enumerated() { mean[place] += value / 500 }
    }
    #expect(mean.allSatisfy { abs($0 - 0.5) < 0.12 })
  }

  @Test func exportsAsCIFAR10() throws {
    try withTemporaryFolder { folder in
      try SyntheticExport.write(to: folder)
      let read = try CIFAR10.open(folder: folder)
      for sample in [0, 9_999, 10_000, 49_999] {
        #expect(pixels(read.training, sample) == pixels(Self.data.training, sample))
        #expect(read.training.label(of: sample) == sample % 10)
      }
      #expect(pixels(read.validation, 1234) == pixels(Self.data.validation, 1234))
    }
  }

  @Test func exportKeepsOtherData() throws {
    try withTemporaryFolder { folder in
      try AtomicFile.write("\(folder)/data_batch_2.bin", text: "a person's own")
      let error = try #require(throws: FileError.self) { try SyntheticExport.write(to: folder) }
      #expect(error.kind == .malformed && error.path == "\(folder)/data_batch_2.bin")
      #expect(try names(in: folder) == ["data_batch_2.bin"])
    }
  }
}
