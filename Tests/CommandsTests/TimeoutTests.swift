import Glibc
import Testing

extension PatientTests {
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
      let said = outcome.complaints.first ?? ""
      #expect(said.hasPrefix("step ") && said.contains("the exchange of gradients: nothing from rank 1 on "), "\(said)")
      #expect(said.contains(" for 2 s; see whether it still runs"), "\(said)")
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

    /// The data set as files, and a library with which one of them takes seconds to open.
    private func makeSlowData() throws {
      let outcome = try program.shell(
        """
        cat >slow.c <<'END'
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <stdarg.h>
        #include <string.h>
        #include <unistd.h>
        int open64(const char *path, int flags, ...) {
          va_list list;
          va_start(list, flags);
          int mode = va_arg(list, int);
          static int slept;
          if (strstr(path, "data_batch_1.bin") && !slept++) sleep(5);
          return ((int (*)(const char *, int, ...))dlsym(RTLD_NEXT, "open64"))(path, flags, mode);
        }
        int open(const char *path, int flags, ...) {
          va_list list;
          va_start(list, flags);
          return open64(path, flags, va_arg(list, int));
        }
        END
        gcc -shared -fPIC slow.c -o slow.so -ldl && $cnn fetch synthetic --data data
        """)
      try #require(outcome.code == 0, "\(outcome.error)")
    }

    private static let reading =
      "train --data data --limit 100 --batch-size 40 --validate-every 0 --steps 1 --timeout 2 --run run"

    private func startReading() throws -> Running {
      try program.start([
        "bash", "-c",
        "exec \(Program.mpirun.joined(separator: " ")) -np 1 -x LD_PRELOAD=$PWD/slow.so \(Program.binary) \(Self.reading) "
          + ": -np 1 \(Program.binary) \(Self.reading)",
      ])
    }

    /// A rank that reads for longer than that is no dead peer either.
    @Test func whoeverReadsIsWaitedFor() throws {
      try makeSlowData()
      let start = ContinuousClock.now
      let outcome = try startReading().wait(.seconds(60))
      #expect(outcome.code == 0, "\(outcome.error)")
      #expect(start.duration(to: .now) > .seconds(5))
    }

    /// One that is stopped while the others read, or wait for what it was to read for all, is.
    @Test(arguments: [0, 1]) func aStoppedReaderIsGivenUp(rank: Int) throws {
      try makeSlowData()
      let running = try startReading()
      while running.ranks().count < 2 { usleep(1000) }
      sleep(2)
      Glibc.kill(running.ranks().sorted()[rank], SIGSTOP)
      let start = ContinuousClock.now
      let outcome = try running.wait(.seconds(60))
      #expect(outcome.code == 69, "\(outcome.error)")
      #expect(outcome.error.contains("the start, "), "\(outcome.error)")
      #expect(outcome.error.contains("nothing from rank \(rank) on "), "\(outcome.error)")
      #expect(start.duration(to: .now) < .seconds(7))
    }
  }
}
