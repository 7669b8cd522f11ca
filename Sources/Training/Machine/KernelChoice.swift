import Collectives
import Files
import Kernels

/// Whether the kernels that OpenBLAS chose use the processor's vectors.
///
/// OpenBLAS tells processors by family and model, and takes one that it does not know for an old one where its own rules
/// fail: 0.3.21, Debian 12's, takes Emerald Rapids and Raptor, Arrow and Lunar Lake for a Prescott (a missing `break` in its
/// `dynamic.c`, mended in 0.3.25). What it reads from `OPENBLAS_CORETYPE` when it is loaded comes before its rules.
public struct KernelChoice: CustomStringConvertible, Sendable {
  /// The version of OpenBLAS.
  let version: String
  /// The kernels that it chose.
  let coreType: String
  /// The core type to ask for instead, where the processor can do more; nil where the kernels fit, are of a type that we do
  /// not know, and so newer than this, or were asked for by the user.
  public let better: String?
  /// What OpenBLAS chose by itself, where the program has started itself again to ask for another.
  public let replaced: String?

  /// The variable that OpenBLAS reads when it is loaded.
  public static let variable = "OPENBLAS_CORETYPE"
  /// Set when the program starts itself again, to what OpenBLAS chose by itself.
  public static let replacedVariable = "CNN_DIST_CORETYPE_REPLACED"

  /// Looks at OpenBLAS, at the processor and at what was asked for.
  public init(_ environment: [String: String]) {
    self.init(environment, version: OpenBLAS.version, coreType: OpenBLAS.coreType, flags: Self.processorFlags)
  }

  /// Judges `coreType` on a processor of these flags, as `/proc/cpuinfo` has them.
  package init(_ environment: [String: String], version: String, coreType: String, flags: Set<String>) {
    self.version = version
    self.coreType = coreType
    replaced = environment[Self.replacedVariable]
    let isUsers = environment[Self.variable] != nil && replaced == nil
    better = isUsers ? nil : Self.better(than: coreType, flags: flags)
  }

  /// Vectors, from narrow to wide.
  private enum Vectors: Int {
    case sse
    case avx
    case avx2
    case avx512
  }

  /// The x86-64 core types with less than AVX-512, by OpenBLAS's names. Not here are those of arm64, where all use the
  /// vectors that every processor has, and Excavator, whose kernels are made for the narrow units of that very processor.
  private static let known: [String: Vectors] = {
    let types: [(Vectors, String)] = [
      (.sse, "Katmai Coppermine Northwood Prescott Banias Atom Core2 Penryn Dunnington Nehalem"),
      (.sse, "Athlon Opteron Opteron_SSE3 Barcelona Bobcat Nano"),
      (.avx, "Sandybridge Bulldozer Piledriver Steamroller"), (.avx2, "Haswell Zen"),
    ]
    return types.reduce(into: [:]) { known, types in
      for name in types.1.split(separator: " ") { known[name.lowercased()] = types.0 }
    }
  }()

  /// The core type with the widest vectors of a processor, where `coreType` has narrower ones.
  ///
  /// bfloat16 decides nothing, because single precision is the same with it; but where a better type is needed, it is the one
  /// that OpenBLAS chooses on such a processor when it knows it, so that the ranks of a mixed cluster agree.
  package static func better(than coreType: String, flags: Set<String>) -> String? {
    guard let vectors = known[coreType.lowercased()] else { return nil }
    if flags.isSuperset(of: WideProgram.flags), vectors.rawValue < 3 {
      return flags.contains("avx512_bf16") ? "Cooperlake" : "SkylakeX"
    }
    return flags.isSuperset(of: ["avx2", "fma"]) && vectors.rawValue < 2 ? "Haswell" : nil
  }

  /// What the first processor can do and the kernel lets programs use; empty where that cannot be known.
  package static let processorFlags: Set<String> = {
    // The first processor alone: on large machines the file is long.
    let lines = (SystemFile.text("/proc/cpuinfo", limit: 1 << 13) ?? "").split(separator: "\n")
    let flags = lines.first { $0.hasPrefix("flags") }?.split(separator: ":").last ?? ""
    return Set(flags.split(separator: " ").map(String.init))
  }()

  /// Version and core type, and what it is instead of: `0.3.21 Cooperlake (asked for, it had chosen Prescott)`.
  public var description: String {
    "\(version) \(coreType)" + (replaced.map { " (asked for, it had chosen \($0))" } ?? "")
  }

  /// What there is to say of kernels that do not fit; nil where they do.
  package var complaint: String? {
    guard let better else { return nil }
    guard replaced == nil else {
      return
        "OpenBLAS \(version) computes with its \(coreType) kernels though asked for \(better): this processor can do "
        + "more, install another build of OpenBLAS"
    }
    return
      "OpenBLAS \(version) takes this processor for a \(coreType) and computes slowly: set \(Self.variable)=\(better)"
  }
}

extension Communicator {
  /// What rank 0 has to tell of the kernels that OpenBLAS chose on all ranks: those that do not fit their processor, and those
  /// that are not rank 0's, as the gradient of a slice then depends on who computes it. All ranks call it.
  public func complaintsOfKernels(_ choice: KernelChoice) throws(CollectiveError) -> [String] {
    let misfits = try allGather(choice.complaint ?? "")
    let kernels = try allGather(OpenBLAS.identity)
    guard rank == 0 else { return [] }
    var complaints: [String] = []
    if let misfit = misfits.firstIndex(where: { !$0.isEmpty }) {
      complaints.append("\(misfits[misfit])\(misfit == 0 ? "" : " (rank \(misfit), \(hosts[misfit]))")")
    }
    if let other = kernels.firstIndex(where: { $0 != kernels[0] }) {
      complaints.append(
        "OpenBLAS is \(kernels[0]) on rank 0 (\(hosts[0])), but \(kernels[other]) on rank \(other) "
          + "(\(hosts[other])): the bits will depend on the number of ranks; set OPENBLAS_CORETYPE to the older "
          + "core type on all of them")
    }
    return complaints
  }
}
