import Files
import Glibc

/// The file system on which a folder lies.
struct FileSystem {
  /// The bytes that are left to this user, and all.
  let free: Int
  let total: Int
  /// As mount(8) calls it: `ext4`, `tmpfs`, `nfs4`, `fuse.sshfs`; `unknown` where the system does not tell.
  let kind: String
  let isReadOnly: Bool

  /// Asks for that of `path`; nil where the system does not tell.
  init?(_ path: String) {
    var (volume, status) = (statvfs(), stat())
    guard statvfs(path, &volume) == 0, stat(path, &status) == 0 else { return nil }
    free = Int(volume.f_bavail) * Int(volume.f_frsize)
    total = Int(volume.f_blocks) * Int(volume.f_frsize)
    isReadOnly = volume.f_flag & 1 != 0  // ST_RDONLY
    kind = Self.kind(of: status.st_dev) ?? "unknown"
  }

  /// Whether it goes with the machine's power.
  var isInMemory: Bool { kind == "tmpfs" || kind == "ramfs" }

  /// What is mounted from a device, by /proc/self/mountinfo: `36 35 98:0 ROOT POINT OPTIONS … - TYPE SOURCE OPTIONS`.
  private static func kind(of device: dev_t) -> String? {
    // As glibc's `gnu_dev_major` and `gnu_dev_minor` take a number apart.
    let major = (device >> 8 & 0xFFF) | (device >> 32 & ~0xFFF)
    let minor = (device & 0xFF) | (device >> 12 & ~0xFF)
    for line in (SystemFile.text("/proc/self/mountinfo") ?? "").split(separator: "\n") {
      let fields = line.split(separator: " ")
      guard fields.count > 4, fields[2] == "\(major):\(minor)", let dash = fields.firstIndex(of: "-"),
        dash + 1 < fields.count
      else { continue }
      return String(fields[dash + 1])
    }
    return nil
  }
}

/// The folder that is there of one that may be yet to be made: itself, or the nearest above it.
func existingFolder(of path: String) -> String {
  var status = stat()
  var path = path
  while stat(path, &status) != 0 {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    path = slash == path.startIndex ? "/" : String(path[..<slash])
  }
  return path
}
