import Collectives
import FoundationEssentials
import Kernels
import Runs

extension RunSession {
  /// How a run is computed that starts, or goes on, now and here.
  ///
  /// - Parameters:
  ///   - command: the command line, the program's name first.
  ///   - communicator: the ranks.
  ///   - threads: the compute threads of each.
  public init(_ command: [String], on communicator: any Communicator, threads: Int) {
    self.init(
      started: Date.now.formatted(Date.ISO8601FormatStyle()), command: command,
      version: RunConfiguration.currentVersion, program: (try? ProgramFile.digest()) ?? "",
      hosts: Dictionary(communicator.hosts.map { ($0, 1) }, uniquingKeysWith: +), threads: threads,
      processor: ProcessorName.own, openblas: OpenBLAS.identity, vectors: VectorWidth.name)
  }
}
