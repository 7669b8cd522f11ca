import Glibc
import Kernels
import Training

/// Starts the program again with what fits the processor: the loops of the wide program, and kernels of OpenBLAS where it chose
/// others.
enum Restart {
  /// Becomes the wide program where there is one, and asks OpenBLAS for better kernels than it chose: it reads that when it is
  /// loaded, so this process becomes a new one, under the old number, before it speaks to MPI. Returns where all fits, where
  /// the user has chosen, and the second time at the latest.
  static func forFittingKernels(_ environment: [String: String]) {
    let choice = KernelChoice(environment)
    let path = Self.path
    // A loader that was started by hand with the program as its argument would take the first word for a program.
    let isLoader = path.split(separator: "/").last?.hasPrefix("ld-linux") == true
    let better = choice.replaced == nil ? choice.better : nil
    let wide = WideProgram.path(beside: path, environment)
    guard better != nil || wide != nil, !isLoader else { return }
    if let better {
      setenv(KernelChoice.replacedVariable, OpenBLAS.coreType, 1)
      setenv(KernelChoice.variable, better, 1)
    }
    if let wide {
      setenv(WideProgram.startedVariable, path, 1)
      execv(wide, CommandLine.unsafeArgv)
      unsetenv(WideProgram.startedVariable)
    }
    guard better != nil else { return }
    // By its own path, so that the process keeps its name; by the kernel's link where that file is gone.
    for path in [path, Self.link] { execv(path, CommandLine.unsafeArgv) }
    // Refused: what `World` says of the kernels names the remedy.
    unsetenv(KernelChoice.replacedVariable)
    unsetenv(KernelChoice.variable)
  }

  private static let link = "/proc/self/exe"

  /// Where the program's file was when it started.
  private static var path: String {
    var text = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
    let length = readlink(link, &text, text.count - 1)
    return length < 0 ? link : String(decoding: text.prefix(length).map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
