import Files

/// A control group whose limits this process is under, in either version of control groups.
struct ControlGroup {
  /// Where the files of its limits are.
  let folder: String
  /// Whether it is of version 2, whose files have other names.
  let isUnified: Bool

  /// The process's group for `controller`, such as `cpu`, and all groups above it, as far as they can be seen from here.
  /// `root` is where /proc and the paths in it begin.
  static func all(of controller: String, below root: String = "") -> [ControlGroup] {
    let mounts = (SystemFile.text("\(root)/proc/self/mountinfo") ?? "").split(separator: "\n")
      .compactMap { Mount($0, of: controller) }
    return (SystemFile.text("\(root)/proc/self/cgroup") ?? "").split(separator: "\n").flatMap {
      line -> [ControlGroup] in
      // `0::/path` for version 2, `4:cpu,cpuacct:/path` for version 1. A path may hold colons.
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { return [] }
      let isUnified = fields[1].isEmpty
      guard isUnified || fields[1].split(separator: ",").contains(controller[...]) else { return [] }
      let places = mounts.filter { $0.isUnified == isUnified }
      let folders = places.flatMap { $0.folders(of: String(fields[2])) }
      // A container may see its group under another path than its own: then it is the one at the mount itself.
      return (folders.isEmpty ? places.map(\.point) : folders).map {
        ControlGroup(folder: root + $0, isUnified: isUnified)
      }
    }
  }

  /// Where a hierarchy of control groups can be seen.
  private struct Mount {
    /// Whether it is version 2's one hierarchy, or version 1's of the controller.
    let isUnified: Bool
    /// The group that is seen at `point`.
    let top: String
    /// The folder.
    let point: String

    /// A line of /proc/self/mountinfo; nil where it is of another kind.
    init?(_ line: Substring, of controller: String) {
      // 36 35 0:29 ROOT POINT rw,relatime shared:1 … - TYPE SOURCE OPTIONS
      let fields = line.split(separator: " ")
      guard fields.count > 8, let dash = fields.firstIndex(of: "-"), dash + 3 < fields.count else { return nil }
      let (type, options) = (fields[dash + 1], fields[dash + 3].split(separator: ","))
      guard type == "cgroup2" || (type == "cgroup" && options.contains(controller[...])) else { return nil }
      isUnified = type == "cgroup2"
      (top, point) = (Self.unescaped(fields[3]), Self.unescaped(fields[4]))
    }

    /// The folders of the group `path` and of all above it, up to the mount's own; none where the mount has no such group.
    func folders(of path: String) -> [String] {
      let (path, top) = (path.split(separator: "/"), top.split(separator: "/"))
      guard path.starts(with: top) else { return [] }
      let names = path.dropFirst(top.count)
      return (0...names.count).map { ([Substring(point)] + names.prefix($0)).joined(separator: "/") }
    }

    /// Blanks and the like are in octal there: `\040`.
    private static func unescaped(_ field: Substring) -> String {
      var (bytes, rest) = ([UInt8](), Array(field.utf8)[...])
      while let byte = rest.popFirst() {
        if byte == UInt8(ascii: "\\"), rest.count >= 3,
          let code = UInt8(String(decoding: rest.prefix(3), as: UTF8.self), radix: 8)
        {
          bytes.append(code)
          rest = rest.dropFirst(3)
        } else {
          bytes.append(byte)
        }
      }
      return String(decoding: bytes, as: UTF8.self)
    }
  }
}
