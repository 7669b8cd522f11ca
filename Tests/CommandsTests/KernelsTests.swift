import FoundationEssentials
import Glibc
import TestSupport
import Testing

extension ProgramTests {
  /// The kernels that OpenBLAS chooses, and its threads.
  @Suite struct KernelsTests {
    private let program: Program
    private let run = "\(smallRun) --steps 2 --threads 1 --run"

    init() throws {
      program = try Program()
    }

    private struct Configuration: Decodable {
      let openblas: String
      let openblas_replaced: String?
    }

    private func configuration(_ run: String) throws -> Configuration {
      try JSONDecoder().decode(Configuration.self, from: Data(try program.text("\(run)/config.json").utf8))
    }

    /// Makes `shim.so`, with which OpenBLAS says that it chose Prescott's kernels unless it was asked for others, or in any case.
    private func makeShim(isStubborn: Bool = false) throws {
      let source = """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <stdio.h>
        #include <stdlib.h>
        __attribute__((constructor)) static void count(void) {
          FILE *starts = fopen("starts", "a");
          fputs(getenv("OPENBLAS_CORETYPE") ? "again " : "first ", starts);
          fclose(starts);
        }
        char *openblas_get_corename(void) {
          if (\(isStubborn ? 1 : 0) || !getenv("OPENBLAS_CORETYPE")) return "Prescott";
          return ((char *(*)(void))dlsym(RTLD_NEXT, "openblas_get_corename"))();
        }
        """
      try Data(source.utf8).write(to: URL(filePath: "\(program.folder)/shim.c"))
      let compiled = try program.shell("gcc -shared -fPIC -o shim.so shim.c -ldl")
      #expect(compiled.code == 0, "\(compiled.error)")
    }

    @Test(.enabled(if: ProcessorFlags.haveAVX2)) func whereTheKernelsDoNotFitTheProgramStartsAgain() throws {
      try makeShim()
      let outcome = try program.shell("LD_PRELOAD=./shim.so exec $cnn \(run) solo")
      #expect(outcome.code == 0 && outcome.complaints.isEmpty, "\(outcome.error)")
      #expect(try program.text("starts") == "first again ")
      #expect(outcome.output.contains("(asked for, it had chosen Prescott)"))
      let found = try configuration("solo")
      #expect(found.openblas_replaced == "Prescott" && !found.openblas.hasSuffix(" Prescott"))
      // Under mpirun each rank does, and all meet again.
      let world = try program.shell("$mpirun -np 2 -x LD_PRELOAD=./shim.so $cnn \(run) world")
      #expect(world.code == 0 && world.complaints.isEmpty, "\(world.error)")
      #expect(world.lines.first?.hasPrefix("ranks       2 on ") == true)
      #expect(try program.finalHash("world") == program.finalHash("solo"))
    }

    @Test(.enabled(if: ProcessorFlags.haveAVX2)) func itStartsAgainOnceOnlyAndThenSaysWhy() throws {
      try makeShim(isStubborn: true)
      let outcome = try program.shell("LD_PRELOAD=./shim.so exec $cnn \(run) run")
      #expect(outcome.code == 0)
      #expect(try program.text("starts") == "first again ")
      #expect(
        outcome.complaints.count == 1 && outcome.error.contains("Prescott kernels though asked for"), "\(outcome.error)"
      )
    }

    @Test(.enabled(if: ProcessorFlags.haveAVX2)) func aCoreTypeOfTheUsersIsLeftAlone() throws {
      let outcome = try program.shell("OPENBLAS_CORETYPE=Prescott $cnn \(run) run")
      #expect(outcome.code == 0 && outcome.complaints.isEmpty, "\(outcome.error)")
      let found = try configuration("run")
      #expect(found.openblas.hasSuffix(" Prescott") && found.openblas_replaced == nil)
    }

    /// Such a world may be wanted, so it trains; but its bits are those of no other.
    @Test(.enabled(if: ProcessorFlags.haveAVX2)) func mixedKernelsAreWarnedOf() throws {
      try program.train("--steps 0 --threads 1 --run own")
      let other = try configuration("own").openblas.hasSuffix(" Prescott") ? "Haswell" : "Prescott"
      let mixed = try program.shell(
        "$mpirun -np 1 $cnn \(run) mixed : -np 1 env OPENBLAS_CORETYPE=\(other) $cnn \(run) mixed")
      #expect(mixed.code == 0)
      let warning = try #require(mixed.complaints.first)
      #expect(warning.contains("\(other) on rank 1 ("))
      #expect(warning.hasSuffix("set OPENBLAS_CORETYPE to the older core type on all of them"))
      let even = try program.shell("OPENBLAS_CORETYPE=\(other) $mpirun -np 2 $cnn \(run) even")
      #expect(even.complaints.isEmpty)
    }

    /// A host with AVX-512 and one without may be in one world, and one may go on where the other stopped.
    @Test func widerVectorsHaveTheSameBits() throws {
      struct Vectors: Decodable { let vectors: String }
      func vectors(_ run: String) throws -> String {
        try JSONDecoder().decode(Vectors.self, from: Data(try program.text("\(run)/config.json").utf8)).vectors
      }
      try program.train("--steps 4 --threads 1 --run wide")
      guard try vectors("wide") == "AVX-512" else {
        return print("SKIPPED: there is no program for AVX-512 beside the one that is tested, or no such processor")
      }
      let narrow = try program.shell("CNN_DIST_VECTORS=avx2 $cnn \(smallRun) --steps 4 --threads 1 --run narrow")
      #expect(narrow.code == 0 && narrow.output.contains("loops for AVX2"), "\(narrow.error)")
      #expect(try vectors("narrow") == "AVX2")
      let mixed = try program.shell(
        "$mpirun -np 1 $cnn \(smallRun) --steps 4 --threads 1 --run mixed : -np 1 env CNN_DIST_VECTORS=avx2 $cnn "
          + "\(smallRun) --steps 4 --threads 1 --run mixed")
      #expect(mixed.code == 0 && mixed.complaints.isEmpty, "\(mixed.error)")
      let hash = try program.finalHash("wide")
      #expect(try program.finalHash("narrow") == hash && program.finalHash("mixed") == hash)
    }

    /// What was built before is of other sources.
    @Test(.enabled(if: ProcessorFlags.haveAVX2)) func anOlderWideProgramIsNotStarted() throws {
      let outcome = try program.shell(
        "cp $cnn cnn-dist && mkdir avx512 && printf '#!/bin/sh\\necho wide\\n' > avx512/cnn-dist && "
          + "chmod +x avx512/cnn-dist && touch -d '1 hour ago' avx512/cnn-dist && ./cnn-dist \(run) own")
      #expect(outcome.code == 0 && outcome.output.contains("loops for AVX2"), "\(outcome.output)")
      guard ProcessorFlags.haveAVX512 else { return print("skipped: this processor has no AVX-512") }
      let started = try program.shell("touch avx512/cnn-dist && ./cnn-dist \(run) other")
      #expect(started.output == "wide\n")
    }

    /// OpenBLAS would end the process before main. Root is above such limits, so this is nobody.
    @Test func aLimitOnProcessesDoesNotEndIt() throws {
      guard getuid() == 0 else {
        return print("skipped: only root can become another user, under whom to count processes")
      }
      let nobody = "setpriv --reuid=65534 --regid=65534 --clear-groups prlimit --nproc=1"
      chmod(program.folder, 0o777)
      let outcome = try program.shell(
        "cp $cnn program && chmod 755 program && OPENBLAS_NUM_THREADS=8 \(nobody) ./program \(run) run")
      #expect(outcome.code == 0, "\(outcome.error)")
      let refused = try program.shell("\(nobody) ./program \(smallRun) --steps 2 --threads 2 --run refused")
      #expect(
        refused.code == 74 && refused.complaints.last?.contains("ask for 1 with --threads") == true, "\(refused.error)"
      )
    }

    /// Every build that Debian has computes on the threads that call it, whatever OpenMP is told. How many threads there are
    /// is looked at while it trains; that they take turns would show in no clock on a busy machine.
    @Test(arguments: ["pthread", "openmp", "serial"]) func everyBuildOfOpenBLASComputesOnTheCallingThread(
      _ build: String
    ) throws {
      let folders = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib")) ?? []
      let folder = folders.map { "/usr/lib/\($0)/openblas-\(build)" }.first {
        FileManager.default.fileExists(atPath: "\($0)/libopenblas.so.0")
      }
      guard let folder else { return print("skipped: libopenblas0-\(build) is not installed") }
      // An epoch has 200 steps: at its end a checkpoint has a thread of its own.
      let options = "train --dataset synthetic --limit 8000 --batch-size 40 --slice 16 --validate-every 0 --threads 2"
      let running = try program.start(
        [Program.binary] + "\(options) --run run".split(separator: " ").map(String.init),
        environment: ["LD_LIBRARY_PATH": folder, "OMP_NUM_THREADS": "8", "OPENBLAS_NUM_THREADS": "8"])
      try program.wait(for: 2, in: "run")
      let threads = try program.shell(
        "for p in /proc/[0-9]*; do [ \"$(readlink $p/cwd)\" = \"$PWD\" ] && [ \"$(cat $p/comm)\" = cnn-dist ] && ls $p/task; done"
      )
      running.kill()
      #expect(threads.lines.count == 2, "\(threads.output)")
    }
  }
}
