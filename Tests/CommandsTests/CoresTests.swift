import FoundationEssentials
import Glibc
import Testing

extension ProgramTests {
  /// The cores that the program takes: real masks, a real mpirun, real control groups.
  @Suite struct CoresTests {
    private let program: Program

    init() throws { program = try Program() }

    /// The first two cores on which this process may run; nil on a machine of one.
    private static let cores: (Int, Int)? = {
      // `Cpus_allowed_list: 0-3,8`
      let status = (try? String(decoding: Data(contentsOf: URL(filePath: "/proc/self/status")), as: UTF8.self)) ?? ""
      let list = status.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed_list:") }?.split(separator: "\t").last
      let cores = (list ?? "").split(separator: ",").flatMap { range in
        let ends = range.split(separator: "-").compactMap { Int($0) }
        return Array((ends.first ?? 0)...(ends.last ?? 0))
      }
      return cores.count > 1 ? (cores[0], cores[1]) : nil
    }()

    /// Starts the program behind `launcher`, and returns each rank's mask and threads, in no order, once it trains.
    private func ranks(_ launcher: String, _ script: String = "") throws -> [String] {
      let run = "run-\(UUID())"
      // 40 slices of one sample feed any rank.
      let command =
        "\(script) exec \(launcher) $cnn train --dataset synthetic --limit 40 --batch-size 40 --slice 1 --validate-every 0 "
        + "--steps 100000 --run \(run)"
      let running = try program.start(
        ["bash", "-c", command], environment: ["cnn": Program.binary, "mpirun": Program.mpirun.joined(separator: " ")])
      defer { running.kill() }
      try program.wait(for: 1, in: run)
      let found = try program.shell(
        "for p in /proc/[0-9]*; do [ \"$(readlink $p/cwd)\" = \"$PWD\" ] && [ \"$(cat $p/comm)\" = cnn-dist ] && "
          + "echo $(grep Cpus_allowed_list $p/task/*/status | sed 's/.*:\\s*//' | sort -u) ; done")
      return found.lines.sorted()
    }

    @Test func aMaskOfTheUsersIsNeverLeft() throws {
      guard let (first, second) = Self.cores else { return print("skipped: this machine has one core") }
      let hosts = "rank 0=localhost slot=\(second)"
      for launcher in [
        "taskset -c \(second)", "taskset -c \(second) $mpirun -np 1", "taskset -c \(second) $mpirun -np 2",
        "taskset -c \(second) $mpirun --bind-to core -np 1", "$mpirun --cpu-set \(second) -np 1",
        "$mpirun --cpu-list \(second) -np 1", "$mpirun --rankfile file -np 1", "$mpirun -np 1 taskset -c \(second)",
      ] {
        let found = try ranks(launcher, "echo '\(hosts)' > file;")
        #expect(!found.isEmpty && found.allSatisfy { $0 == "\(second)" }, "\(launcher): \(found)")
      }
      // What mpirun would do by itself, asked for.
      for launcher in [
        "$mpirun --bind-to core -np 1", "OMPI_MCA_hwloc_base_binding_policy=core $mpirun -np 1",
        "$mpirun --map-by slot:PE=1 -np 1", "$mpirun -np 1 taskset -c \(first)",
      ] {
        let found = try ranks("env \(launcher)")
        #expect(found == ["\(first)"], "\(launcher): \(found)")
      }
    }

    /// In the user's file of settings, for which a home of its own is made.
    @Test func settingsOfMpirunsCountToo() throws {
      guard let (first, _) = Self.cores else { return print("skipped: this machine has one core") }
      let home = "mkdir -p home/.openmpi; export HOME=$PWD/home;"
      for (setting, isBound) in [("hwloc_base_binding_policy = core", true), ("# nothing", false)] {
        let found = try ranks("$mpirun -np 1", "\(home) echo '\(setting)' > home/.openmpi/mca-params.conf;")
        #expect((found == ["\(first)"]) == isBound, "\(setting): \(found)")
      }
    }

    /// The thread counts, from the program's own first line.
    private func threads(_ launcher: String) throws -> String {
      let outcome = try program.shell("\(launcher) $cnn \(smallRun) --steps 0 --run run-\(UUID())")
      #expect(outcome.code == 0, "\(outcome.error)")
      return outcome.lines.first?.split(separator: ",").last.map(String.init) ?? ""
    }

    @Test func slurmsCoresPerTaskAreTheMost() throws {
      #expect(try threads("SLURM_CPUS_PER_TASK=1") == " 1 thread each")
      #expect(try threads("SLURM_CPUS_PER_TASK=1 $mpirun -np 1") == " 1 thread each")
    }

    /// A control group of this test's, where the machine lets us make one.
    @Test func aQuotaLimitsTheThreads() throws {
      guard Self.cores != nil else { return print("skipped: this machine has one core") }
      let name = "cnn-dist-test-\(getpid())"
      let made = try program.shell(
        """
        one=/sys/fs/cgroup/cpu/\(name) two=/sys/fs/cgroup/\(name)
        if mkdir $one && echo 100000 > $one/cpu.cfs_period_us && echo 150000 > $one/cpu.cfs_quota_us; then echo $one
        elif mkdir $two && echo '150000 100000' > $two/cpu.max; then echo $two
        else rmdir $one $two; fi 2> /dev/null
        """)
      guard let group = made.lines.first else { return print("skipped: no control group can be made here") }
      defer { rmdir(group) }
      let enter = "echo $$ > \(group)/cgroup.procs;"
      #expect(try threads(enter) == " 1 thread each")
      // Two ranks have less than a core each: they say so, and sleep where they wait for one another.
      let outcome = try program.shell("\(enter) $mpirun -np 2 $cnn \(smallRun) --steps 2 --run two")
      #expect(outcome.code == 0 && outcome.complaints.first?.hasPrefix("a quota leaves less than a core") == true)
    }

    /// One of two ranks on one core is stopped: the other waits for it, and hardly takes any time.
    @Test func whoeverWaitsOnASharedCoreSleeps() throws {
      let running = try program.start(
        [
          "bash", "-c", "exec taskset -c \(Self.cores?.0 ?? 0) $mpirun -np 2 $cnn \(smallRun) --steps 100000 --run run",
        ],
        environment: ["cnn": Program.binary, "mpirun": Program.mpirun.joined(separator: " ")])
      defer { running.kill() }
      try program.wait(for: 1, in: "run")
      let ranks = running.ranks()
      try #require(ranks.count == 2)
      /// What a process has taken so far, in hundredths of a second: user's and system's time.
      func time(_ process: Int32) throws -> Int {
        let fields = try program.shell("cat /proc/\(process)/stat").output.split(separator: " ")
        return try #require(Int(fields[13])) + #require(Int(fields[14]))
      }
      Glibc.kill(ranks[1], SIGSTOP)
      usleep(500_000)
      let before = try time(ranks[0])
      usleep(2_000_000)
      #expect(try time(ranks[0]) - before < 60)  // of 200, all of which it took when it did not sleep
      Glibc.kill(ranks[1], SIGCONT)
    }

    @Test func threadsThatNoSliceFeedsAreToldOf() throws {
      let outcome = try program("\(smallRun) --threads 5 --steps 0 --run run")
      #expect(
        outcome.error.contains(
          "cnn-dist: a batch of 40 in slices of 16 feeds 3 of 5 threads: --slice 8 or --batch-size 80 would feed them all\n"
        ))
      let fed = try program("\(smallRun) --threads 3 --steps 0 --run fed")
      #expect(!fed.error.contains("would feed them all"))
    }
  }
}
