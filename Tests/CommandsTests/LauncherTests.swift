import FoundationEssentials
import Glibc
import Testing

extension PatientTests {
  /// Worlds that were started as they should not be: all ranks end, and one says why.
  @Suite struct LauncherTests {
    private let program: Program

    init() throws { program = try Program() }

    private func expectRefusal(
      _ outcome: Program.Outcome, _ words: [String], sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
      #expect(outcome.code == 64, "\(outcome.error)", sourceLocation: sourceLocation)
      #expect(outcome.complaints.count == 1, "\(outcome.error)", sourceLocation: sourceLocation)
      for word in words {
        #expect(outcome.complaints.first?.contains(word) == true, "\(outcome.error)", sourceLocation: sourceLocation)
      }
      #expect(try !program.names(in: ".").contains("run"), sourceLocation: sourceLocation)
    }

    /// Ranks of one `mpirun` with other command lines, in either order.
    @Test(arguments: [
      ("train --seed 2", ["rank 2 on ", "with --seed 2, but rank 0 on ", "without --seed"]),
      ("train --batch-size 20", ["rank 2 on ", "--batch-size 20", "--batch-size 40"]),
      ("train --no-shuffle", ["with --no-shuffle", "without --no-shuffle"]),
      ("train --foo", ["unknown option --foo", "(rank 2 on "]), ("tarin", ["unknown command tarin", "(rank 2 on "]),
      ("--help", ["`cnn-dist --help`", "`cnn-dist train`"]), ("--version", ["rank 2", "`cnn-dist --version`"]),
      ("summary", ["`cnn-dist summary`", "`cnn-dist train`"]),
    ])
    func ranksWithOtherCommandLinesDoNotTrain(_ other: String, _ words: [String]) throws {
      let train = "train --batch-size 40 --dataset synthetic --steps 1 --run run"
      let line =
        other.hasPrefix("train ")
        ? (other.contains("--batch-size") ? "" : "--batch-size 40 ") + "--dataset synthetic --steps 1 --run run" : ""
      try expectRefusal(try program.shell("$mpirun -np 2 $cnn \(train) : -np 1 $cnn \(other) \(line)"), words)
    }

    /// The same words in another order or spelling are the same, and threads may differ.
    @Test func whatIsMeantAlikeIsAlike() throws {
      let outcome = try program.shell(
        "$mpirun -np 1 $cnn train --steps 1 --batch-size=40 --threads 1 --dataset synthetic --run run "
          + ": -np 1 $cnn train --run run --dataset synthetic --batch-size 40 --steps 1 --threads 2")
      #expect(outcome.code == 0, "\(outcome.error)")
    }

    @Test func anotherProgramDoesNotTrain() throws {
      let train = "train --dataset synthetic --steps 1 --run run"
      let outcome = try program.shell(
        "cp $cnn other; echo >> other; $mpirun -np 2 $cnn \(train) : -np 1 ./other \(train)")
      try expectRefusal(outcome, ["rank 2 on ", "rank 0 on ", "digest", "the same program must be on all hosts"])
    }

    @Test func anotherModelFileDoesNotTrain() throws {
      let train = "train --model model.json --dataset synthetic --steps 1 --run run"
      let outcome = try program.shell(
        "mkdir a b; echo 1 > a/model.json; echo 2 > b/model.json; "
          + "$mpirun -np 1 -wdir a $cnn \(train) : -np 1 -wdir b $cnn \(train)")
      try expectRefusal(outcome, ["rank 1 on ", "model.json has the digest", "rank 0 on "])
    }

    /// Commands of rank 0 alone end with its code, on all ranks.
    @Test(arguments: [("inspect none", 66), ("summary", 0), ("train --help", 0), ("fetch", 64)] as [(String, Int32)])
    func whatOneRankDoesEndsAll(_ arguments: String, _ code: Int32) throws {
      let outcome = try program(arguments, ranks: 3)
      #expect(outcome.code == code, "\(outcome.error)")
      #expect(outcome.complaints.count == (code == 0 ? 0 : 1))
      #expect(outcome.lines == (try program(arguments)).lines)
    }

    /// A rank that leaves before MPI starts. mpirun does not mind, and the others would wait for ever.
    @Test func aRankThatNeverComesEndsAll() throws {
      let outcome = try program.shell("$mpirun -np 1 $cnn \(smallRun) --steps 1 --run run : -np 1 true")
      #expect(outcome.code == 69 || outcome.code == 1, "\(outcome.error)")  // 1 where mpirun noticed by itself
      #expect(outcome.code == 1 || outcome.complaints.first?.contains("not all ranks have started MPI") == true)
    }

    // MARK: - Other launchers

    /// MPICH's launcher, whose variables Open MPI does not know.
    @Test func aWorldOfAnotherMPIIsRefused() throws {
      guard access("/usr/bin/mpirun.mpich", X_OK) == 0 else {
        print("SKIPPED: MPICH's mpirun is not there: install the package mpich")
        return
      }
      let outcome = try program.shell("mpirun.mpich -np 3 $cnn \(smallRun) --steps 1 --run run")
      try expectRefusal(outcome, ["3 processes (PMI_SIZE)", "a world of 1"])
      #expect(try program.shell("mpirun.mpich -np 1 $cnn \(smallRun) --steps 1 --run run").code == 0)
    }

    @Test(arguments: [
      (["PMI_RANK": "0", "PMI_SIZE": "4"], "4 processes (PMI_SIZE)"),
      (["OMPI_COMM_WORLD_SIZE": "5", "OMPI_COMM_WORLD_RANK": "0"], "5 processes (OMPI_COMM_WORLD_SIZE)"),
      (["PMIX_RANK": "0", "SLURM_STEP_NUM_TASKS": "2", "SLURM_PROCID": "0"], "2 processes (SLURM_STEP_NUM_TASKS)"),
      (["SLURM_STEP_ID": "0", "SLURM_STEP_NUM_TASKS": "2", "SLURM_PROCID": "0"], "2 processes (SLURM_STEP_NUM_TASKS)"),
      (["MV2_COMM_WORLD_SIZE": "3", "MV2_COMM_WORLD_RANK": "0"], "3 processes (MV2_COMM_WORLD_SIZE)"),
    ])
    func aWorldOfOneWhereMoreWereMeantIsRefused(_ environment: [String: String], _ words: String) throws {
      let outcome = try program("\(smallRun) --steps 1 --run run", environment: environment)
      try expectRefusal(outcome, [words, "a world of 1"])
    }

    @Test(arguments: [
      ["SLURM_JOB_ID": "7", "SLURM_NTASKS": "4"], ["SLURM_JOB_ID": "7", "SLURM_NTASKS": "4", "SLURM_PROCID": "0"],
      ["SLURM_NTASKS": "4", "SLURM_STEP_ID": "0", "SLURM_STEP_NUM_TASKS": "1", "SLURM_PROCID": "0"],
    ])
    func aProcessInAnAllocationJustRuns(_ environment: [String: String]) throws {
      #expect(try program("\(smallRun) --steps 1 --run run", environment: environment).code == 0)
    }

    /// A rank of another MPI program starts ours, and hands its variables down.
    @Test func aChildOfARankIsAlone() throws {
      let outcome = try program.shell(
        """
        printf '#include <mpi.h>\n#include <stdlib.h>\nint main(int c, char **v) { int r; MPI_Init(&c, &v); \
          MPI_Comm_rank(MPI_COMM_WORLD, &r); if (r == 1) r = system(v[1]); MPI_Finalize(); return r != 0; }' > parent.c
        mpicc.openmpi parent.c -o parent && $mpirun -np 2 ./parent "$cnn \(smallRun) --steps 1 --run run"
        """)
      #expect(outcome.code == 0, "\(outcome.error)")
      #expect(outcome.lines.first?.hasPrefix("ranks       1 on ") == true, "\(outcome.output)")
    }

    // MARK: - Readers

    /// A reader that goes away ends nothing, at no line, of neither stream.
    @Test(arguments: ["| head -1", "2>&1 | head -1", "| true", "2>&1 | true"])
    func aReaderThatGoesAwayEndsNothing(_ reader: String) throws {
      for (index, start) in [
        "$cnn", "$mpirun -np 2 $cnn", "$mpirun -np 2 bash -c '$cnn \"$@\"; exit $?' -", "$launch/local 2",
      ]
      .enumerated() {
        let run = "run-\(index)"
        let outcome = try program.shell(
          "export cnn; \(start) \(smallRun) --steps 12 --run \(run) \(reader); exit ${PIPESTATUS[0]}")
        #expect(outcome.code == 0, "\(start): \(outcome.error)")
        #expect(try program.lineCount(run) == 12 + 4, "\(start)")
      }
    }

    /// A script between mpirun and the program may want to have its lines.
    @Test func aScriptKeepsTheLinesOfItsProgram() throws {
      let outcome = try program.shell(
        "export cnn; $mpirun -np 2 bash -c '$cnn summary > own-$OMPI_COMM_WORLD_RANK' 2>&1 | cat")
      #expect(try program.text("own-0").contains("Trainable params"))
      #expect(!outcome.output.contains("Trainable params"))
    }

    /// What mpirun says of a job that failed may find no reader either.
    @Test func theCodeOutlivesTheReader() throws {
      let outcome = try program.shell("$launch/local 2 inspect none 2>&1 | true; exit ${PIPESTATUS[0]}")
      #expect(outcome.code == 66)
      #expect(try program.shell("$mpirun -np 2 --tag-output $cnn summary | grep -c stdout").lines != ["0"])
    }
  }
}
