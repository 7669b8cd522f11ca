import Glibc
import Testing

extension ProgramTests {
  /// `--timeout`: a rank of which nothing is heard is given up, one that is busy is not.
  @Suite struct TimeoutTests {
    private let program: Program

    init() throws { program = try Program() }

    private func start(_ options: String) throws -> Running {
      try program.start(
        Program.mpirun + ["-np", "2", Program.binary] + options.split(separator: " ").map(String.init))
    }

    @Test func aStoppedRankIsGivenUp() throws {
      let running = try start("\(smallRun) --steps 100000 --timeout 2 --run run")
      try program.wait(for: 2, in: "run")
      Glibc.kill(try #require(running.ranks().last), SIGSTOP)
      let outcome = try running.wait(.seconds(60))
      #expect(outcome.code == 69, "\(outcome.error)")
      #expect(outcome.complaints.first?.contains("nothing from rank 1 for 2 s") == true, "\(outcome.error)")
    }

    /// Every flush to the disk takes longer than the others' patience.
    @Test(arguments: ["tree", "mpi"]) func aSlowDiskIsNoDeadPeer(reduction: String) throws {
      let outcome = try program.shell(
        """
        printf '#include <unistd.h>\\n#include <sys/syscall.h>\\nint fsync(int f) { usleep(1500000); return syscall(SYS_fsync, f); }' \
          | gcc -shared -fPIC -x c - -o slow.so
        $mpirun -np 1 -x LD_PRELOAD=$PWD/slow.so $cnn \(smallRun) --steps 2 --timeout 1 --reduction \(reduction) --run run \
          : -np 1 $cnn \(smallRun) --steps 2 --timeout 1 --reduction \(reduction) --run run
        """)
      #expect(outcome.code == 0, "\(outcome.error)")
    }

    /// A rank that reads for longer than that is none either: here it is stopped while it reads, and goes on.
    @Test func readingHasNoDeadline() throws {
      #expect(try program("fetch synthetic --data data").code == 0)
      let running = try start(
        "train --data data --limit 100 --batch-size 40 --validate-every 0 --steps 1 --timeout 1 --run run")
      while running.ranks().count < 2 { usleep(1000) }
      let rank = try #require(running.ranks().last)
      Glibc.kill(rank, SIGSTOP)
      sleep(4)
      Glibc.kill(rank, SIGCONT)
      #expect(try running.wait(.seconds(60)).code == 0)
    }
  }
}
