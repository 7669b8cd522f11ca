import Collectives
import Files
import Glibc

/// What can be known of Open MPI's launcher (`mpirun`, or its daemon on other hosts) and how it bound this rank to cores.
package struct Launcher: Equatable, Sendable {
  /// The launcher's own cores. It binds its ranks without regard to them, but a user who gave them to `mpirun`, with `taskset`
  /// say, meant its ranks.
  let cores: [Int]
  /// Whose wish this rank's mask is.
  let binding: Binding

  /// Whose wish a rank's mask is.
  package enum Binding: String, Codable, Sendable {
    /// The user's: an option, a variable, a file of settings, or `taskset` between mpirun and the program.
    case asked
    /// Nobody's: mpirun's own default, which binds 1 or 2 ranks to a core each, more to a processor each, whether or not other
    /// cores idle.
    case standard
    /// Open MPI 5 does not tell its ranks, and a script between mpirun and the program may have done anything.
    case unknown
  }

  /// Looks for the launcher among the processes above this one; nil where there is none, as below `srun`.
  init?(_ environment: [String: String]) {
    guard environment["OMPI_COMM_WORLD_LOCAL_RANK"] != nil, let (process, program) = Self.find(),
      let cores = Cores.allowed(to: process)
    else { return nil }
    self.cores = cores
    let binding = Self.binding(environment, programs: [CommandLine.arguments[0], Ancestors.program(of: getpid())])
    let isConfigured = Self.configurationFiles(environment, program: program).contains {
      Self.asksForBinding(configuration: SystemFile.text($0) ?? "")
    }
    self.binding = isConfigured ? .asked : binding
  }

  /// The process above this one that runs the launcher of Open MPI 4 or 5, or its daemon on other hosts, and its file.
  private static func find() -> (process: Int32, program: String)? {
    for process in Ancestors.processes() {
      let program = Ancestors.program(of: process)
      if MPICommunicator.openMPIProcesses.contains(where: { program.hasSuffix("/\($0)") }) { return (process, program) }
    }
    return nil
  }

  // MARK: - What the user asked for

  /// The settings of Open MPI 4's that decide a rank's cores. `rmaps_base_mapping_policy` is one of them where it has a `PE=`.
  private static let settings: Set<String> = [
    "hwloc_base_binding_policy", "hwloc_base_bind_to_core", "hwloc_base_bind_to_socket", "hwloc_base_cpu_list",
    "hwloc_base_cpu_set", "hwloc_base_slot_list", "opal_hwloc_base_cpu_set", "orte_rankfile", "rmaps_rank_file_path",
    "rmaps_base_cpus_per_rank", "rmaps_base_cpus_per_proc", "orte_bind_to_core", "orte_bind_to_socket",
  ]
  /// Those that name further files of settings, which we do not read.
  private static let furtherFiles: Set<String> = [
    "mca_base_param_files", "mca_base_param_file_prefix", "mca_base_envar_file_prefix", "mca_base_override_param_file",
  ]

  private static func isBinding(_ name: some StringProtocol, _ value: some StringProtocol) -> Bool {
    settings.contains(String(name)) || furtherFiles.contains(String(name))
      || (name == "rmaps_base_mapping_policy" && value.lowercased().contains("pe="))
  }

  /// Programs that set a mask and start another program in it.
  private static let binders: Set<Substring> = ["taskset", "numactl", "hwloc-bind"]

  /// Whose wish the mask is by this rank's environment, in which mpirun leaves what was on its command line. `programs` are
  /// this program's names: what mpirun started may be another one.
  package static func binding(_ environment: [String: String], programs: [String]) -> Binding {
    let command = environment["OMPI_COMMAND"]?.split(separator: "/").last ?? ""
    if binders.contains(command)
      || environment.contains(where: { $0.key.hasPrefix("OMPI_MCA_") && isBinding($0.key.dropFirst(9), $0.value) })
    {
      return .asked
    }
    let isOurs = programs.contains { $0.split(separator: "/").last == command }
    return isOurs && environment["OMPI_MCA_orte_bound_at_launch"] != nil ? .standard : .unknown
  }

  /// Whether a file of settings, with lines of `name = value`, asks for cores.
  package static func asksForBinding(configuration text: String) -> Bool {
    text.split(separator: "\n").contains { line in
      guard line.first(where: { !$0.isWhitespace }) != "#" else { return false }
      let parts = line.split(separator: "=", maxSplits: 1).map { $0.split(whereSeparator: \.isWhitespace) }
      return parts.count == 2 && isBinding(parts[0].joined(separator: " "), parts[1].joined(separator: " "))
    }
  }

  /// The user's file, and the system's beside the launcher and in Debian's place.
  private static func configurationFiles(_ environment: [String: String], program: String) -> [String] {
    let home = environment["HOME"].map { ["\($0)/.openmpi/mca-params.conf"] } ?? []
    let installed = program.split(separator: "/").dropLast(2).map { "/\($0)" }.joined()
    return home
      + ["/etc/openmpi", "\(installed)/etc", "\(installed)/etc/openmpi"].flatMap { folder in
        ["openmpi-mca-params.conf", "openmpi-mca-params-override.conf"].map { "\(folder)/\($0)" }
      }
  }
}
