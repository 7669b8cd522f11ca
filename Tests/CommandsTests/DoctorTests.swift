import FoundationEssentials
import Glibc
import TestSupport
import Testing

extension ProgramTests {
  /// `doctor`: each check finds what is wrong where it really is, and nothing where all is well.
  @Suite struct DoctorTests {
    private let program: Program

    init() throws { program = try Program() }

    private struct Report: Decodable {
      struct Finding: Decodable {
        let check: String
        let grade: String
        let what: String
        let remedy: String
      }
      struct Launch: Decodable { let line: String }

      let findings: [Finding]
      let serious: Int
      let launch: [Launch]

      /// What is wrong, as `check grade`.
      var flaws: [String] { findings.filter { $0.grade != "ok" }.map { "\($0.check) \($0.grade)" } }

      subscript(check: String) -> Finding? { findings.first { $0.check == check && $0.grade != "ok" } }
    }

    private static let calm = "--dataset synthetic --threads 1 --json"

    /// Whether namespaces can be made here; says so where not.
    private func canUnshare(_ options: String) throws -> Bool {
      let isAble = try program.shell("unshare \(options) true").code == 0
      if !isAble { print("SKIPPED: unshare \(options) is refused here") }
      return isAble
    }

    private func report(_ outcome: Program.Outcome, code: Int32) throws -> Report {
      #expect(outcome.code == code, "\(outcome.output)\(outcome.error)")
      let line = try #require(outcome.lines.first { $0.hasPrefix("{") }, "\(outcome.error)")
      return try JSONDecoder().decode(Report.self, from: Data(line.utf8))
    }

    @Test(arguments: [nil, 2]) func aGoodMachineIsFit(ranks: Int?) throws {
      let report = try report(program("doctor \(Self.calm)", ranks: ranks), code: 0)
      #expect(report.serious == 0)
      let checks = report.findings.map(\.check)
      for check in ["world", "mpi", "program", "cores", "openblas", "memory", "limits", "network", "space", "data"] {
        #expect(checks.contains(check), "\(checks)")
      }
      #expect(report.launch.contains { $0.line.contains("mpirun ") && $0.line.contains("cnn-dist train") })
      #expect(try program.shell("ls -A | grep -v '^.output\\|^.error'").output.isEmpty)  // nothing is left
    }

    @Test func peopleReadWhatWhyAndTheRemedy() throws {
      let outcome = try program("doctor --dataset cifar10 --data /nowhere")
      // The lines to train by are those of what was asked about.
      #expect(outcome.lines.contains("    cnn-dist train --data /nowhere --dataset cifar10"), "\(outcome.output)")
      #expect(outcome.code == 78)
      #expect(outcome.output.contains("\nserious  data"))
      #expect(outcome.output.contains("$ cnn-dist fetch cifar10 --data /nowhere\n"))
      #expect(outcome.complaints.last?.hasSuffix("checks found something serious") == true)
    }

    // MARK: - Processes, cores and limits

    @Test func threadsWithoutCoresAreSerious() throws {
      let alone = try report(program.shell("taskset -c 0 $cnn doctor \(Self.calm)"), code: 0)
      if sysconf(Int32(_SC_NPROCESSORS_ONLN)) > 1 {
        #expect(alone["cores"]?.what.contains("an affinity mask or Slurm leaves 1 core of") == true)
      }
      let two = try report(program.shell("taskset -c 0 $mpirun -np 2 $cnn doctor \(Self.calm)"), code: 78)
      #expect(two["cores"]?.what == "2 compute threads share 1 core")
    }

    @Test func limitsThatAreTooLowAreSerious() throws {
      let files = try report(program.shell("ulimit -n 60; $cnn doctor \(Self.calm)"), code: 78)
      #expect(files["limits"]?.what == "a process may have 60 open files")
      let size = try report(program.shell("ulimit -f 1000; $cnn doctor \(Self.calm)"), code: 78)
      #expect(size["limits"]?.what == "a file may have 1 MB")
      let memory = try report(
        program.shell("ulimit -v 900000; $cnn doctor \(Self.calm) --batch-size 4096 --slice 4096"), code: 78)
      #expect(memory["memory"]?.remedy == "ulimit -v unlimited")
    }

    @Test func anotherLaunchersProcessesAreNoWorld() throws {
      guard access("/usr/bin/mpiexec.hydra", X_OK) == 0 else {
        print("SKIPPED: there is no MPICH here")
        return
      }
      let outcome = try program.shell("mpiexec.hydra -np 2 $cnn doctor \(Self.calm)")
      #expect(outcome.lines.count { $0.hasPrefix("{") } == 1)
      let line = try #require(outcome.lines.first { $0.hasPrefix("{") })
      let report = try JSONDecoder().decode(Report.self, from: Data(line.utf8))
      #expect(report["world"]?.what.hasPrefix("the launcher started 2 processes at least (PMI_SIZE)") == true)
      #expect(report["mpi"]?.what.contains("not Open MPI's") == true)
      #expect(outcome.code != 0)
    }

    @Test(arguments: [
      ("mpirun (Open MPI) 5.0.1", "is of Open MPI 5.0.1"),
      ("HYDRA build details:\n    Version: 4.0.2", "is not Open MPI's"),
    ]) func aLauncherOfAnotherKindIsSerious(_ words: String, _ finding: String) throws {
      let report = try report(
        program.shell(
          "mkdir bin; printf '#!/bin/sh\\necho \"\(words)\"\\n' > bin/mpirun; chmod +x bin/mpirun; PATH=$PWD/bin:$PATH $cnn doctor \(Self.calm)"
        ),
        code: 78)
      #expect(report["mpi"]?.what.contains(finding) == true, "\(report.findings)")
    }

    @Test func otherProgramsOfARankAreSerious() throws {
      let report = try report(
        program.shell(
          "cp $cnn other; printf x >> other; $mpirun -np 1 $cnn doctor \(Self.calm) : -np 1 ./other doctor \(Self.calm)"
        ),
        code: 78)
      #expect(report["program"]?.grade == "serious")
    }

    // MARK: - Variables

    @Test func variablesThatHarmAreNamed() throws {
      let report = try report(
        program(
          "doctor \(Self.calm)",
          environment: ["OMP_NUM_THREADS": "8", "GOMP_CPU_AFFINITY": "0", "LD_PRELOAD": "/usr/lib/libnothing.so"]),
        code: 0)
      #expect(
        report.findings.filter { $0.check == "environment" }.map(\.remedy) == [
          "unset LD_PRELOAD", "unset GOMP_CPU_AFFINITY", "unset OMP_NUM_THREADS",
        ])
    }

    /// `train` respects what was asked for.
    @Test(.enabled(if: ProcessorFlags.haveAVX2)) func narrowKernelsThatWereAskedForAreSerious() throws {
      let report = try report(program("doctor \(Self.calm)", environment: ["OPENBLAS_CORETYPE": "Prescott"]), code: 78)
      #expect(report["openblas"]?.what.hasSuffix(" Prescott") == true)
      #expect(report["openblas"]?.remedy.hasPrefix("unset OPENBLAS_CORETYPE") == true)
    }

    @Test func waysOfMessagesThatAreTakenAwayAreSerious() throws {
      let report = try report(
        program.shell("OMPI_MCA_btl=tcp,self $mpirun -np 2 $cnn doctor \(Self.calm)"), code: 78)
      #expect(report["environment"]?.what == "OMPI_MCA_btl is tcp,self")
      // `train` says it, too, once, and goes on.
      let outcome = try program.shell(
        "OMPI_MCA_btl=tcp,self $mpirun -np 2 $cnn train --dataset synthetic --steps 1 --validate-every 0 --threads 1 --run r"
      )
      #expect(outcome.code == 0 && outcome.complaints.count { $0.hasPrefix("OMPI_MCA_btl is tcp,self: ") } == 1)
    }

    // MARK: - Data and folders

    @Test func damagedDataAreSerious() throws {
      #expect(try program("fetch synthetic --data data").code == 0)
      _ = try report(program("doctor --threads 1 --json --dataset cifar10 --data data"), code: 0)
      _ = try program.shell("f=$(find data -name 'data_batch_3.bin'); truncate -s -100 \"$f\"")
      let cut = try report(program("doctor --threads 1 --json --dataset cifar10 --data data"), code: 78)
      #expect(cut["data"]?.what.contains("data_batch_3.bin") == true)
      #expect(cut["data"]?.remedy == "cnn-dist fetch cifar10 --data data")
      _ = try program.shell("find data -name 'data_batch_3.bin' -delete")
      let missing = try report(program("doctor --threads 1 --json --dataset cifar10 --data data"), code: 78)
      #expect(missing["data"]?.what.hasPrefix("the data set cifar10 is not there") == true)
      // Nobody has asked for the default.
      let unnamed = try report(program("doctor --threads 1 --json --data data"), code: 0)
      #expect(unnamed["data"]?.grade == "advice")
    }

    @Test func foldersThatCannotHoldARunAreSerious() throws {
      guard try canUnshare("-m") else { return }
      let script = { (mount: String, options: String) in
        "mkdir -p d; unshare -m bash -c 'mount \(mount) && $cnn doctor \(Self.calm) --run d/run \(options)'"
      }
      let small = try report(program.shell(script("-t tmpfs -o size=1m none d", "")), code: 78)
      #expect(small["space"]?.what.hasPrefix("d has 1 MB left, and a run's checkpoints take ") == true)
      #expect(small["run folder"]?.what == "d is in memory (tmpfs)")
      let closed = try report(program.shell(script("--bind -o ro d d", "")), code: 78)
      #expect(closed["space"]?.what.contains("mounted to be read only") == true)
      #expect(closed["run folder"]?.what.contains("cannot be written to: Read-only file system") == true)
    }

    @Test func sharedMemoryThatIsFullIsSerious() throws {
      guard try canUnshare("-m") else { return }
      let alone = try report(
        program.shell("unshare -m bash -c 'mount -t tmpfs -o size=1m none /dev/shm && $cnn doctor \(Self.calm)'"),
        code: 0)
      #expect(alone["shared memory"]?.what.hasPrefix("/dev/shm has 1 MB left of 1 MB") == true)
    }

    // MARK: - Networks and names

    @Test func bridgesOfContainersAreNamed() throws {
      guard try canUnshare("-n") else { return }
      let outcome = try program.shell(
        """
        unshare -n bash -c 'ip link set lo up; ip tuntap add docker0 mode tun && ip addr add 172.17.0.1/16 dev docker0 &&
        ip tuntap add eth7 mode tun && ip addr add 10.1.2.3/24 dev eth7 && ip link set docker0 up && ip link set eth7 up &&
        $cnn doctor \(Self.calm)'
        """)
      guard outcome.output.contains("{") else {
        print("SKIPPED: no interfaces can be made here: \(outcome.error)")
        return
      }
      let found = try report(outcome, code: 0)
      #expect(found["network"]?.what == "docker0 has the address 172.17.0.1, and no other host is behind it")
      #expect(found["network"]?.remedy == "mpirun --mca btl_tcp_if_include eth7 --mca oob_tcp_if_include eth7")
      #expect(found.launch.contains { $0.line.contains("--mca btl_tcp_if_include eth7 ") })
    }

    @Test func aHostWithoutANameIsToldOf() throws {
      guard try canUnshare("-u") else { return }
      let found = try report(
        program.shell("unshare -u bash -c 'hostname no-such-host-anywhere; $cnn doctor \(Self.calm)'"), code: 0)
      // Some systems answer for whatever they are called.
      if try program.shell("unshare -u bash -c 'hostname no-such-host-anywhere; getent hosts no-such-host-anywhere'")
        .code != 0
      {
        #expect(found["names"]?.remedy == "echo 127.0.1.1 no-such-host-anywhere >> /etc/hosts")
      }
    }
  }
}
