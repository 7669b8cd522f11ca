import Glibc
import Testing

extension Program {
  /// Builds `refuse.c`, a library that makes single system calls fail, and returns the environment in which a program meets
  /// them: `calls` are names and errno values, as `symlink:95 flock:37`. Files outside of `below` are read and written
  /// as ever, and so are all as long as `condition`, where one is named, is not there.
  func refusing(_ calls: String, below: String = "", while condition: String? = nil) throws -> [String: String] {
    let library = "\(folder)/.refuse.so"
    if access(library, F_OK) != 0 {
      let source = "\(#filePath.dropLast("Shim.swift".count))refuse.c"
      let compiled = try shell("gcc -shared -fPIC -O1 -o '\(library)' '\(source)' -ldl")
      try #require(compiled.code == 0, "\(compiled.error)")
    }
    let environment = ["LD_PRELOAD": library, "REFUSE": calls, "REFUSE_BELOW": "\(folder)/\(below)"]
    return environment.merging(condition.map { ["REFUSE_WHILE": "\(folder)/\($0)"] } ?? [:]) { $1 }
  }
}
