import Files
import Glibc

/// The note of who writes to a run's folder, for those who come later.
struct RunWriter: Codable, Equatable {
  /// The name of its machine.
  let host: String
  /// What its process numbers count in: one boot of one machine, or one container on it.
  let place: String
  /// Its process number, and when the process began, in the system's ticks: numbers are given anew.
  let process: pid_t
  let start: String
  /// The folder as its machine names it; the note in a copy of the folder says another.
  let folder: String
  /// The kinds of locks that the file system gave it.
  let locks: [RunLock.Kind]
  /// Tells this note from any other.
  let mark: UInt64

  /// This process.
  static func current(in folder: String, locks: [RunLock.Kind]) -> RunWriter {
    RunWriter(
      host: hostName(), place: "\(line("/proc/sys/kernel/random/boot_id") ?? hostName()) \(link("/proc/self/ns/pid"))",
      process: getpid(), start: start(of: getpid()) ?? "", folder: realPath(folder), locks: locks,
      mark: .random(in: .min ... .max))
  }

  /// Whether this process is known to write, and no lock would have kept `other` out.
  func excludes(_ other: RunWriter) -> Bool {
    place == other.place && folder == other.folder && isAlive && !shares(other)
  }

  /// Whether this process has ended as far as `other` can see, or wrote to another folder.
  func isGone(for other: RunWriter) -> Bool {
    place == other.place && (folder != other.folder || !isAlive || shares(other))
  }

  /// Whether there is a lock that both have asked for and got, which only one can have at a time.
  private func shares(_ other: RunWriter) -> Bool { locks.contains(where: other.locks.contains) }

  /// For processes of this place only.
  private var isAlive: Bool { Self.start(of: process) == start }

  // MARK: - The file

  /// The note in `file`; nil where there is none, or half of one.
  ///
  /// - Throws: `FileError` when the file cannot be read.
  static func read(_ file: OpenFile) throws(FileError) -> RunWriter? {
    let text = try text(file)
    return try? JSON.decode(RunWriter.self, text)
  }

  /// Puts this note in the place of what is there. It is written over, because another file would have other locks.
  ///
  /// - Throws: `FileError` when the disk refuses.
  func write(to file: OpenFile) throws(FileError) {
    do {
      let line = Array((try JSON.line(self) + "\n").utf8)
      let written = line.withUnsafeBytes { pwrite(file.descriptor, $0.baseAddress, $0.count, 0) }
      guard written == line.count, ftruncate(file.descriptor, off_t(line.count)) == 0 else {
        throw FileError.system(file.path, "cannot be written", code: written < 0 ? errno : ENOSPC)
      }
    } catch {
      throw error as? FileError ?? FileError(.failed, file.path, "cannot be written: \(error)")
    }
  }

  private static func text(_ file: OpenFile) throws(FileError) -> String {
    var bytes = [UInt8](repeating: 0, count: 4096)
    // The typed failure is carried around an older function that does not know of it.
    let count = bytes.withUnsafeMutableBytes { target in
      Result { () throws(FileError) in try file.read(into: target) }
    }
    return String(decoding: bytes[..<(try count.get())], as: UTF8.self)
  }

  // MARK: - The system

  /// The first line of one of the system's own files; nil where it has none of that name.
  private static func line(_ path: String) -> String? {
    do {
      return try text(OpenFile(path, O_RDONLY)).split(separator: "\n").first.map(String.init)
    } catch {
      return nil
    }
  }

  /// The 22nd field of `/proc/PID/stat`; nil where there is no such process. The second, a name, may hold anything in its
  /// brackets.
  private static func start(of process: pid_t) -> String? {
    let fields = line("/proc/\(process)/stat")?.split(separator: ")").last?.split(separator: " ")
    return fields.flatMap { $0.count > 19 ? String($0[19]) : nil }
  }

  private static func hostName() -> String {
    var name = [CChar](repeating: 0, count: 256)
    gethostname(&name, 255)
    return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  private static func link(_ path: String) -> String {
    var target = [CChar](repeating: 0, count: 256)
    let count = max(0, readlink(path, &target, 256))
    return String(decoding: target[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  private static func realPath(_ path: String) -> String {
    guard let real = realpath(path, nil) else { return path }
    defer { free(real) }
    return String(cString: real)
  }
}

extension RunWriter: CustomStringConvertible {
  var description: String { "process \(process) on \(host)" }
}
