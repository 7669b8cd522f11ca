import Datasets
import Layers
import Models
import Runs
import Tensors

/// How many slices a worker takes through a network together. Shapes and a budget decide it, and no bit depends on it.
///
/// Where much of the work is a wide dense layer's, some slices at once are faster than one after the other: each wave reads
/// the layer's kernel from memory once. Any other network gains nothing, so that a slice is a wave.
public struct Waves: Equatable, Sendable {
  /// The waves of one kind of pass.
  struct Size: Equatable, Sendable {
    /// The samples of a slice: never more than there are.
    let slice: Int
    /// How many slices there are in a wave.
    let slices: Int
    /// What a worker's memory then has.
    let floats: Int

    /// The samples of a wave.
    var samples: Int { slice * slices }
  }

  /// Those of steps; nil where nothing is trained.
  let training: Size?
  /// Those of judgements; nil where nothing is judged.
  let evaluation: Size?

  /// The samples of the largest.
  package var samples: Int { max(training?.samples ?? 0, evaluation?.samples ?? 0) }

  /// The floats of all workers' memory, of whom so many train and so many judge. One that only judges touches no more of its
  /// own than that takes.
  func floats(training trainers: Int, judging judges: Int) -> Int {
    let (trained, judged) = (training?.floats ?? 0, evaluation?.floats ?? 0)
    return trainers * trained + min(trainers, judges) * max(0, judged - trained) + max(0, judges - trainers) * judged
  }

  /// Where nothing is computed.
  static let none = Waves(training: nil, evaluation: nil)

  private init(training: Size?, evaluation: Size?) {
    (self.training, self.evaluation) = (training, evaluation)
  }

  /// From about so many rows on, a product with a wide dense layer's kernel runs at full speed; more would only take more
  /// memory.
  private static let rows = 256
  /// A kernel of so many floats, 1 MB, does not stay in a core's cache from one slice to the next.
  private static let wideKernel = 262_144
  /// One part in so many of the work is much.
  private static let share = 16

  /// Plans waves of `model`.
  ///
  /// - Parameters:
  ///   - slice: the samples of a slice, as it was asked for.
  ///   - trained: the samples of a step and the most slices of them that one worker gets; nil where nothing is trained.
  ///   - judged: the samples of a judgement; 0 where nothing is judged.
  ///   - limit: the floats that the memory of one worker may have. A slice is never cut: it may need more.
  init(_ model: Model, slice: Int, trained: (samples: Int, slices: Int)?, judged: Int, limit: Int = .max) {
    let model = model.fused
    let wish = Self.gains(model) ? max(1, Self.rows / slice) : 1
    training = trained.map { samples, slices in
      Self.size(min(slice, samples), slices: max(1, slices), wish: wish, limit: limit) {
        WorkspacePlan(model, samples: $0).count
      }
    }
    guard judged > 0 else {
      evaluation = nil
      return
    }
    let slice = min(slice, judged)
    let folded = FoldedModel(model).model
    // What training has is there anyway.
    evaluation = Self.size(
      slice, slices: (judged - 1) / slice + 1, wish: wish, limit: min(limit, training?.floats ?? limit)
    ) { WorkspacePlan(folded, samples: $0, isKeeping: false).count }
  }

  /// Plans the waves of a training.
  ///
  /// - Parameters:
  ///   - samples: the training samples.
  ///   - judged: those that are judged now and then; 0 for none.
  ///   - ranks, threads: how many share a step's slices: ranks, and workers of each.
  ///   - limit: the floats that the memory of one worker may have.
  init(
    _ model: Model, _ experiment: Experiment, samples: Int, judged: Int, ranks: Int, threads: Int, limit: Int = .max
  ) {
    let batch = SlicePlan(samples: min(experiment.batchSize, samples), sliceSize: experiment.slice)
    // Shares differ by one at the most.
    let most = ((batch.count - 1) / ranks) / threads + 1
    self.init(
      model, slice: experiment.slice, trained: (batch.samples, most), judged: judged, limit: limit)
  }

  /// Whether there is a layer for which more rows at a time are faster.
  private static func gains(_ model: Model) -> Bool {
    var (wide, all) = (0, 0)
    for stage in model.stages {
      let operations = stage.operation.forwardFLOPs(for: stage.inputShapes)
      all += operations
      let isWide = stage.parameters.contains { $0.shape.count >= wideKernel }
      if stage.layer?.grain == .many && isWide { wide += operations }
    }
    return wide > 0 && wide * share >= all
  }

  /// The most slices that are wished for, that there are, and for which `limit` suffices; at least one.
  ///
  /// - Parameter count: the floats of a worker's memory for so many samples.
  private static func size(
    _ slice: Int, slices: Int, wish: Int, limit: Int, count: (Int) -> Int
  ) -> Size {
    // As many waves as that takes, all of about the same size.
    let waves = (slices - 1) / min(wish, slices) + 1
    var most = (slices - 1) / waves + 1
    var floats = count(most * slice)
    if floats > limit {
      var least = 1
      while least < most {
        let middle = (least + most + 1) / 2
        if count(middle * slice) > limit { most = middle - 1 } else { least = middle }
      }
      floats = count(most * slice)
    }
    return Size(slice: slice, slices: most, floats: floats)
  }
}
