import Glibc
import Kernels
import Training

/// Starts the program again with the kernels that fit the processor, where OpenBLAS chose others.
enum Restart {
  /// Asks OpenBLAS for better kernels than it chose, where there are some: it reads that when it is loaded, so this process
  /// becomes a new one, under the old number, before it speaks to MPI. Returns where the kernels fit, where the user has
  /// chosen them, and the second time at the latest.
  static func forFittingKernels(_ environment: [String: String]) {
    let choice = KernelChoice(environment)
    let path = Self.path
    // A loader that was started by hand with the program as its argument would take the first word for a program.
    let isLoader = path.split(separator: "/").last?.hasPrefix("ld-linux") == true
    guard let better = choice.better, choice.replaced == nil, !isLoader else { return }
    setenv(KernelChoice.replacedVariable, OpenBLAS.coreType, 1)
    setenv(KernelChoice.variable, better, 1)
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
