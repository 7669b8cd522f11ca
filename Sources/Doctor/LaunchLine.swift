import Glibc

/// The lines that start a training here.
public enum LaunchLine {
  /// What starts `ranks` ranks on this host, or on those of `scene` where there are several.
  package static func mpirun(_ scene: Scene, ranks: Int) -> String {
    if scene.environment["SLURM_JOB_ID"] != nil { return "srun --mpi=pmix -n \(ranks) cnn-dist train" }
    return "mpirun \(root)-np \(ranks) \(everyThread) cnn-dist train"
  }

  /// All of them, with what each is for.
  ///
  /// - Parameters:
  ///   - cores: this host's.
  ///   - options: what stands behind `train`, as a shell reads it; empty for nothing.
  ///   - environment: that of the program.
  public static func all(
    cores: Int, options: String, _ environment: [String: String]
  ) -> [(purpose: String, line: String)] {
    let train = "cnn-dist train" + (options.isEmpty ? "" : " \(options)")
    let (interfaces, standard) = Interface.all()
    // Said only where MPI would take a bridge for a way to others.
    let isNeeded = interfaces.contains { $0.isLocal && !$0.isLoopback }
    let network =
      standard.flatMap { isNeeded ? $0 : nil }.map { "--mca btl_tcp_if_include \($0) --mca oob_tcp_if_include \($0) " }
      ?? ""
    var lines = [
      ("this host, with one rank on \(cores == 1 ? "its core" : "all \(cores) cores")", train),
      (
        "this host, with a rank on each core",
        "mpirun \(root)-np \(cores) \(everyThread) \(train) --threads 1"
      ),
      (
        "several hosts, with a rank on each (a line `NAME slots=1` for each in the file `hosts`)",
        "mpirun \(root)--hostfile hosts --map-by ppr:1:node --bind-to none \(network)\(train)"
      ),
    ]
    if environment["SLURM_JOB_ID"] != nil {
      lines.append(("this Slurm job", "srun --mpi=pmix --cpu-bind=none \(train)"))
    }
    return lines
  }

  /// Open MPI has one rank for a core and refuses more, whatever runs on it at once; a rank here is for each of those.
  private static let everyThread = "--use-hwthread-cpus --bind-to none"

  /// Open MPI does not start for root unless it is told to.
  private static let root = geteuid() == 0 ? "--allow-run-as-root " : ""
}
