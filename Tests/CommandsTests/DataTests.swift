import Datasets
import Runs
import Testing
import Training

extension ProgramTests {
  /// Data files that are not there, or not what they must be. CIFAR-10 of zeros is made of holes and takes no room.
  @Suite struct DataTests {
    private let program: Program
    private static let train =
      "train --batch-size 20 --slice 8 --limit 20 --validate-every 0 --steps 1 --run run --data data"

    init() throws {
      program = try Program()
      _ = try program.shell(
        "mkdir data; for n in data_batch_{1..5} test_batch; do truncate -s 30730000 data/$n.bin; done")
    }

    private func expectFailure(
      _ code: Int32, _ message: String, ranks: [Int?] = [nil, 2], sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
      for ranks in ranks {
        let outcome = try program(Self.train, ranks: ranks, timeout: .seconds(60))
        #expect(outcome.code == code, sourceLocation: sourceLocation)
        #expect(outcome.complaints.count == 1, "\(outcome.error)", sourceLocation: sourceLocation)
        #expect(outcome.error.contains(message), "\(outcome.error)", sourceLocation: sourceLocation)
        #expect(try !program.names(in: ".").contains("run"), sourceLocation: sourceLocation)
      }
    }

    @Test func soundFilesAreTrainedOn() throws {
      #expect(try program(Self.train, ranks: 2).code == 0)
    }

    @Test func aMissingFolderIsMissing() throws {
      _ = try program.shell("rm -r data")
      try expectFailure(66, "data: found no CIFAR-10 in data, data/cifar-10-batches-bin; `cnn-dist fetch cifar10`")
    }

    @Test func aMissingFileIsMissing() throws {
      _ = try program.shell("rm data/data_batch_3.bin")
      try expectFailure(66, "data/data_batch_3.bin: this file of CIFAR-10 is not there")
    }

    @Test func aTruncatedFileIsNamedWithItsEnd() throws {
      _ = try program.shell("truncate -s 12345 data/data_batch_5.bin")
      try expectFailure(65, "data/data_batch_5.bin, byte 12345: found 12345 bytes, expected 30730000")
    }

    @Test func anEmptyFileIsNamed() throws {
      _ = try program.shell("truncate -s 0 data/test_batch.bin")
      try expectFailure(65, "data/test_batch.bin, byte 0: found 0 bytes", ranks: [nil])
    }

    @Test func anOversizedFileIsNamedWithTheEndItShouldHave() throws {
      _ = try program.shell("truncate -s 30730001 data/test_batch.bin")
      try expectFailure(65, "data/test_batch.bin, byte 30730000: found 30730001 bytes, expected 30730000")
    }

    @Test func aLabelOverNineIsNamedWithItsPlace() throws {
      _ = try program.shell(#"printf '\012' | dd of=data/data_batch_2.bin bs=1 seek=30726927 conv=notrunc status=none"#)
      try expectFailure(65, "data/data_batch_2.bin, byte 30726927: record 9999 has label 10, expected 0 to 9")
    }

    @Test func aFolderInAFilesPlaceIsNamed() throws {
      _ = try program.shell("rm data/test_batch.bin; mkdir data/test_batch.bin")
      try expectFailure(65, "data/test_batch.bin: is not a regular file")
    }

    /// What one rank alone cannot read ends all, and says which rank.
    @Test(arguments: [
      ("", 66, "found no CIFAR-10"), ("mkdir other; truncate -s 1 other/test_batch.bin", 66, "is not there"),
    ])
    func aRankWithoutDataEndsAll(_ preparation: String, _ code: Int32, _ message: String) throws {
      _ = try program.shell(preparation)
      let train = "train --batch-size 20 --slice 8 --limit 20 --steps 1 --run run"
      let outcome = try program.shell(
        "export XDG_CACHE_HOME=/nowhere; "
          + "$mpirun -np 1 env CNN_DIST_DATA=data $cnn \(train) : -np 2 env CNN_DIST_DATA=other $cnn \(train)")
      #expect(outcome.code == code)
      #expect(outcome.complaints.count == 1, "\(outcome.error)")
      #expect(outcome.error.contains(message) && outcome.error.contains("(rank 1 on "), "\(outcome.error)")
      #expect(try !program.names(in: ".").contains("run"))
    }

    /// A pixel behind the first 64 of its image, one in the last image of all, and one of a validation image; of training
    /// samples also one that `--limit` leaves out.
    @Test(arguments: [("data_batch_1.bin", 65), ("data_batch_5.bin", 30_729_999), ("test_batch.bin", 15_000_000)])
    func ranksWhoseDataDifferInOnePixelAreNamed(_ file: String, _ byte: Int) throws {
      _ = try program.shell(
        #"cp -r --sparse=always data other; "#
          + #"printf '\001' | dd of=other/\#(file) bs=1 seek=\#(byte) conv=notrunc status=none"#)
      let train = "train --batch-size 20 --slice 8 --limit 20 --steps 1 --run run"
      let host = try program.shell("hostname").lines[0]
      let kind = file == "test_batch.bin" ? "validation" : "training"
      for (ranks, named) in [
        (
          "-np 1 $cnn \(train) --data data : -np 1 $cnn \(train) --data other",
          "rank 1 on \(host) differs from rank 0 on "
        ),
        (
          "-np 2 $cnn \(train) --data other : -np 3 $cnn \(train) --data data",
          "rank 0 on \(host), rank 1 on \(host) differ from the other ranks in the \(kind) samples of cifar10"
        ),
      ] {
        let outcome = try program.shell("$mpirun \(ranks)")
        #expect(outcome.code == 65)
        #expect(outcome.complaints.count == 1 && outcome.error.contains(named), "\(outcome.error)")
        #expect(try !program.names(in: ".").contains("run"))
      }
    }

    @Test func whatRanksJudgeByIsComparedToo() throws {
      #expect(try program(Self.train).code == 0)
      _ = try program.shell(
        #"cp -r --sparse=always data other; printf '\001' | dd of=other/test_batch.bin bs=1 seek=100 conv=notrunc status=none"#
      )
      let outcome = try program.shell(
        "$mpirun -np 2 $cnn evaluate --run run --data data : -np 1 $cnn evaluate --run run --data other")
      #expect(outcome.code == 65)
      #expect(outcome.error.contains("rank 2 on ") && outcome.error.contains("differs from the other ranks"))
      let replayed = try program("replay run --step 1 --data other")
      #expect(replayed.code == 65)
      #expect(replayed.error.contains("its samples are not those that the run was started with"))
    }

    /// The run keeps the digest of the version that began it, which looked at labels and the first 64 pixels of each image.
    @Test func aRunOfAnOlderVersionIsGoneOnWith() throws {
      #expect(try program(Self.train).code == 0)
      let data = try CIFAR10.open(folder: "\(program.folder)/data").limited(to: 20)
      let folder = RunFolder("\(program.folder)/run")
      var configuration = try folder.load()
      #expect(configuration.experiment.datasetDigest == data.digest)
      configuration.experiment.datasetDigest = data.earlierDigest
      try folder.save(configuration)
      let checkpoint = try folder.newestCheckpoint { _ in }
      let model = try checkpoint.experiment.makeModel(for: data.training)
      let arena = Trainer.arena(for: model, experiment: checkpoint.experiment)
      try checkpoint.restore(arena)
      try Checkpoint.write(
        checkpoint.path, arena: arena, experiment: configuration.experiment, state: checkpoint.state,
        blas: checkpoint.blas)

      #expect(try program("train --resume --run run --data data --steps 2", ranks: 2).code == 0)
      #expect(try folder.load().experiment.datasetDigest == data.earlierDigest)
      #expect(try program("replay run --step 2 --data data").code == 0)
      _ = try program.shell(#"printf '\001' | dd of=data/data_batch_1.bin conv=notrunc status=none"#)
      #expect(try program("train --resume --run run --data data --steps 3").code == 65)
    }

    @Test func aRunIsResumedOnItsOwnDataAlone() throws {
      #expect(try program(Self.train).code == 0)
      _ = try program.shell(#"printf '\001' | dd of=data/data_batch_1.bin conv=notrunc status=none"#)
      let before = try program.inventory("run")
      let outcome = try program("train --resume --run run --data data --steps 2", ranks: 2)
      #expect(outcome.code == 65)
      #expect(outcome.error.contains("its samples are not those that the run was started with"))
      #expect(try program.inventory("run") == before)
    }

    /// The embedded data set as files is the same data set.
    @Test func whatIsFetchedIsWhatIsEmbedded() throws {
      #expect(try program("fetch synthetic --data fetched", ranks: 2).lines == ["the embedded data set is in fetched"])
      let options = "--batch-size 20 --slice 8 --limit 20 --validate-every 0 --steps 2"
      #expect(try program("train --data fetched \(options) --run files").code == 0)
      #expect(try program("train --dataset synthetic \(options) --run embedded").code == 0)
      #expect(try program.finalHash("files") == program.finalHash("embedded"))
      #expect(try program.timelessMetrics("files") == program.timelessMetrics("embedded"))
    }
  }
}
