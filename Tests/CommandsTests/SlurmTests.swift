import FoundationEssentials
import Glibc
import Testing

extension PatientTests {
  /// `launch/slurm.sbatch` under the Slurm that `slurm.sh` plays: two nodes, queue and pre-emption.
  @Suite struct SlurmTests {
    private let program: Program

    init() throws { program = try Program() }

    private static let isThere: Bool = {
      let programs: [String] = [
        "/usr/sbin/slurmctld", "/usr/sbin/slurmd", "/usr/bin/srun", "/usr/sbin/munged", "/usr/sbin/ip",
      ]
      let missing = programs.filter { access($0, X_OK) != 0 }
      if missing.isEmpty && geteuid() == 0 { return true }
      print("SKIPPED, what Slurm does with us: needs root and \(missing.joined(separator: ", ")): see launch/test")
      return false
    }()

    /// What the scripts below use. `job` is the job's number, `run` its run folder.
    private static let words = """
      set -euo pipefail
      trap 'cat *.log >&2' ERR
      export RUN=run
      state() { scontrol show job "$job" --oneliner; }
      # is PATTERN: waits until the job's state has what the pattern says.
      is() { for ((i = 0; i < 900; i++)); do if [[ $(state) == *$1* ]]; then return; fi; sleep 0.1; done; false; }
      steps() { { cat run/metrics.jsonl || true; } 2>/dev/null | grep -c '"kind":"step"' || true; }
      # goes_on N: waits until the job has started for the nth time again, and has done two steps since.
      goes_on() {
        is "JobState=RUNNING * Restarts=$1 "
        local from; from=$(steps)
        for ((i = 0; i < 900; i++)); do if (($(steps) >= from + 2)); then return; fi; sleep 0.1; done
        false
      }
      # Steps are long, so that there are few of them in the seconds that Slurm takes.
      options=(--dataset synthetic --limit 600 --batch-size 300 --slice 32 --validate-every 0 --threads 1 --steps 1000000)
      tasks=(--nodes=2 --ntasks-per-node=1)

      """

    /// Runs a script as a user of that Slurm.
    private func slurm(_ script: String, _ timeout: Duration = .seconds(400)) throws -> Program.Outcome {
      let folder = #filePath.split(separator: "/").dropLast().map { "/\($0)" }.joined()
      return try program.start(
        ["\(folder)/slurm.sh", "\(program.folder)/slurm", Self.words + script],
        environment: ["cnn": Program.binary, "CNN_DIST_BINARY": Program.binary, "launch": Program.scripts]
      ).wait(timeout)
    }

    /// The weights are those of a run that was never stopped.
    private func expectUnharmed(steps: Int) throws {
      let control = "train --dataset synthetic --limit 600 --batch-size 300 --slice 32 --validate-every 0"
      let outcome = try program("\(control) --steps \(steps) --run control", timeout: .seconds(300))
      #expect(outcome.code == 0, "\(outcome.error)")
      #expect(try program.finalHash("run") == program.finalHash("control"))
      #expect(try program.timelessMetrics("run") == program.timelessMetrics("control"))
    }

    /// Stopped by the user, by Slurm's requeue, by a more urgent job and before its time limit, it goes on each time; cancelled,
    /// it does not. Then `srun` takes the run to its end on other nodes.
    @Test(.enabled(if: isThere)) func aJobGoesOnWhateverStopsIt() throws {
      let outcome = try slurm(
        """
        job=$(sbatch --parsable "${tasks[@]}" --signal=B:USR1@58 -o job.log "$launch/slurm.sbatch" "${options[@]}")
        goes_on 0
        scancel --signal=USR1 --batch "$job"
        goes_on 1
        scontrol requeue "$job"
        goes_on 2
        sbatch --partition=urgent --nodes=2 --exclusive -o urgent.log --wrap 'echo "before job $1"' >/dev/null
        goes_on 3
        # Within half a minute Slurm sees that less than 58 s are left.
        scontrol update JobId="$job" TimeLimit=1
        goes_on 4
        scancel "$job"
        is 'JobState=CANCELLED '
        sleep 7
        state
        steps=$(($(steps) + 2))
        srun --mpi=pmix --nodes=1 --ntasks=2 "$cnn" train --resume --run run --steps "$steps"
        echo "steps $steps"
        """)
      #expect(outcome.code == 0, "\(outcome.error)")
      let state = try #require(outcome.lines.first { $0.hasPrefix("JobId=") })
      #expect(state.contains("JobState=CANCELLED ") && state.contains(" Restarts=4 "), "\(state)")
      let log = try program.text("job.log")
      #expect(
        log.split(separator: "\n").filter { $0.hasPrefix("ranks       2 on n1 (1), n2 (1)") }.count == 5, "\(log)")
      #expect(log.split(separator: "\n").filter { $0.contains(", going on after step ") }.count == 4, "\(log)")
      #expect(log.contains("cnn-dist: stopped after step "), "\(log)")
      #expect(try program.text("urgent.log").contains("before job"))
      let steps = try #require(outcome.lines.last.flatMap { Int($0.dropFirst(6)) })
      try expectUnharmed(steps: steps)
    }

    /// Without PMIx mpirun starts the ranks, through Slurm. A job that gets nowhere is not queued for ever; options and run folder
    /// arrive as they were given.
    @Test(.enabled(if: isThere)) func mpirunServesAsWell() throws {
      let outcome = try slurm(
        """
        printf '#!/bin/bash\\nprintf "%%q " "$@"; exit 75\\n' >nowhere
        chmod +x nowhere
        nowhere=$(CNN_DIST_BINARY=$PWD/nowhere RUN='a run' sbatch --parsable -N1 -n1 -o nowhere.log "$launch/slurm.sbatch" \
          'a b' $'c\\n"d"')
        job=$(LAUNCHER=mpirun sbatch --parsable "${tasks[@]}" -o job.log "$launch/slurm.sbatch" "${options[@]}")
        goes_on 0
        scancel --signal=USR1 --batch "$job"
        goes_on 1
        scancel "$job"
        is 'JobState=CANCELLED '
        steps=$(($(steps) + 2))
        job=$(LAUNCHER=mpirun sbatch --parsable --wait --nodes=1 --ntasks=2 -o job2.log "$launch/slurm.sbatch" --steps "$steps")
        state
        echo "steps $steps"
        job=$nowhere
        is 'JobState=FAILED '
        """)
      #expect(outcome.code == 0, "\(outcome.error)")
      #expect(try program.text("job.log").contains("ranks       2 on n1 (1), n2 (1)"))
      #expect(try program.text("job2.log").contains("ranks       2 on n1 (2)"))
      #expect(outcome.lines.contains { $0.contains("JobState=COMPLETED ") }, "\(outcome.output)")
      let steps = try #require(outcome.lines.last { $0.hasPrefix("steps ") }.flatMap { Int($0.dropFirst(6)) })
      try expectUnharmed(steps: steps)

      let log = try program.text("nowhere.log")
      let starts = log.split(separator: "\n").filter { $0.contains(#"train --run a\ run a\ b $'c\n"d"'"#) }
      #expect(starts.count == 3, "\(log)")
      #expect(log.contains("3 starts in a row have not done one step: the job is not queued again"), "\(log)")
      #expect(try !program.names(in: ".").contains { $0.hasPrefix("a run") })
    }

    /// Outside of Slurm it says what it is for.
    @Test func itIsForSlurmAlone() throws {
      let outcome = try program.shell("$launch/slurm.sbatch --epochs 1")
      #expect(outcome.code == 64)
      #expect(outcome.error.contains("submit it with sbatch"))
    }
  }
}
