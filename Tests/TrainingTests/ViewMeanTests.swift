import Collectives
import Datasets
import Layers
import Models
import Objectives
import Runs
import Tensors
import TestSupport
import Testing
import Training

/// Samples that are judged in several views.
@Suite struct ViewMeanTests {
  /// Images of 2×2, by their rows, each of class `number % 3`.
  private func data(_ images: [[Float]]) -> BufferSamples {
    BufferSamples(
      name: "squares", shape: [2, 2, 1], samples: images.flatMap(\.self),
      labels: images.indices.map { Int32($0 % 3) }, classNames: ["a", "b", "c"])
  }

  private static let images: [[Float]] = (0..<10).map { n in [0, 5, 10, 15].map { Float((n * 7 + $0) % 11) / 16 } }
  private static let mirrored: [[Float]] = images.map { [$0[1], $0[0], $0[3], $0[2]] }

  /// Everything that is said of samples: loss, metrics, verdicts; and the outputs.
  private func judge(
    _ images: [[Float]], _ augmentation: TestTimeAugmentation?, head: Head? = nil, slice: Int = 4, threads: Int = 1
  ) throws -> (found: Evaluation, outputs: [Double]) {
    let arena = try TinyModel.arena()
    for index in arena.values.buffer.indices { arena.values.buffer[index] = Float(index * index * 7 % 13) / 4 - 1.5 }
    let evaluator = try Evaluator(
      head: try head ?? TinyModel.head(), communicator: SoloCommunicator(), slice: slice, threads: threads,
      augmentation: augmentation)
    var outputs: [Double] = []
    let found = try evaluator.evaluate(
      data(images), values: arena.values.buffer.reading, keeping: .outputs { outputs += $1 }, shouldStop: { false })
    return (try #require(found), outputs)
  }

  /// What stands before the softmax is linear in the image here, so that its mean over views is that of the views' mean.
  /// (Mirrored at its border, an image of 2×2 that is shifted by a pixel is turned by half a turn.)
  @Test(arguments: TestTimeAugmentation.allCases)
  func theMeanIsTakenBeforeTheSoftmax(_ augmentation: TestTimeAugmentation) throws {
    let means: [[Float]] = Self.images.map { image in
      let (upper, lower) = ((image[0] + image[1]) / 2, (image[2] + image[3]) / 2)
      let middle = (upper + lower) / 2
      return augmentation == .mirror ? [upper, upper, lower, lower] : [middle, middle, middle, middle]
    }
    let (seen, expected, plain) = (
      try judge(Self.images, augmentation), try judge(means, nil), try judge(Self.images, nil)
    )
    #expect(abs(seen.found.loss - expected.found.loss) < 1e-5)
    #expect(seen.found.accuracy == expected.found.accuracy)
    #expect(seen.outputs.count == 30)
    #expect(zip(seen.outputs, expected.outputs).allSatisfy { abs($0 - $1) < 1e-5 })
    #expect(zip(seen.outputs, plain.outputs).contains { abs($0 - $1) > 1e-2 })
  }

  /// An image and its mirror image have the same views, so that all that is said of the one is said of the other.
  @Test func bothSidesAreJudgedAlike() throws {
    let (one, other) = (try judge(Self.images, .mirror), try judge(Self.mirrored, .mirror))
    #expect(one.found == other.found && one.outputs == other.outputs)
    #expect(try judge(Self.images, nil).found != judge(Self.mirrored, nil).found)
  }

  @Test(arguments: TestTimeAugmentation.allCases)
  func slicesAndThreadsLeaveNoTrace(_ augmentation: TestTimeAugmentation) throws {
    let expected = try judge(Self.images, augmentation)
    let threads = try judge(Self.images, augmentation, threads: 3)
    #expect(threads.found == expected.found && threads.outputs == expected.outputs)
    // The slice decides the order of a sum alone.
    #expect(try judge(Self.images, augmentation, slice: 3).outputs == expected.outputs)
  }

  /// What outputs cost by their size is the mean of what it is in each view.
  @Test func penaltiesAreMeansToo() throws {
    let model = try Sequential(name: "tiny", input: [2, 2, 1]) {
      Flatten()
      Dense(3)
      ActivityRegularization(l2: 1)
      Softmax()
    }
    let head = try Head(of: model, targets: .classes(3, positions: []))
    func cost(_ images: [[Float]], _ augmentation: TestTimeAugmentation?) throws -> Double {
      try judge(images, augmentation, head: head).found.loss - judge(images, augmentation).found.loss
    }
    let (one, other) = (try cost(Self.images, nil), try cost(Self.mirrored, nil))
    #expect(abs(one - other) > 0.01)
    #expect(abs(try cost(Self.images, .mirror) - (one + other) / 2) < 1e-5)
  }

  @Test func whatAnswersAtPositionsIsNotForIt() throws {
    let model = try Sequential(name: "map", input: [2, 2, 1]) { Conv2D(3, kernel: 1, activation: .softmax) }
    let map = try Head(of: model, targets: .classes(3, positions: [2, 2]))
    #expect(
      TestTimeAugmentation.mirror.flaw(for: map)
        == "mirror is for one answer to each image, but the network answers at 4 positions of each")
    #expect(try TestTimeAugmentation.mirrorShift.flaw(for: TinyModel.head()) == nil)
    let series = try Sequential(name: "series", input: [4, 2]) {
      Flatten()
      Dense(3, activation: .softmax)
    }
    #expect(
      try TestTimeAugmentation.mirror.flaw(for: Head(of: series, targets: .classes(3, positions: [])))
        == "mirror is for images, not for samples of (4, 2)")
  }
}
