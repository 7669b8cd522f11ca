import Files
import Glibc

/// A control group's limit on processor time, as `docker run --cpus` sets it: so many cores' worth for all its processes
/// together.
package struct CPUQuota: Codable, Equatable, Sendable {
  /// Which control group it is: its folder's device and inode, the same for all who look at it, whatever path they see.
  package let group: String
  /// How many cores' worth of time.
  package let cores: Double

  /// Every quota that this process is under: its control group's and those of the groups above it, as far as they can be
  /// seen from here. `root` is where /proc and the paths in it begin.
  package static func all(below root: String = "") -> [CPUQuota] {
    ControlGroup.all(of: "cpu", below: root).compactMap(Self.init)
  }

  /// The quota that a control group has; nil for none.
  private init?(_ place: ControlGroup) {
    let folder = place.folder
    let files = place.isUnified ? ["cpu.max"] : ["cpu.cfs_quota_us", "cpu.cfs_period_us"]
    // Version 2: `150000 100000`, or `max 100000` for no limit. Version 1: the two in a file each, -1 for no limit.
    let words = files.flatMap { (SystemFile.text("\(folder)/\($0)") ?? "").split(whereSeparator: \.isWhitespace) }
    guard words.count == 2, let quota = Double(words[0]), let period = Double(words[1]), quota > 0, period > 0 else {
      return nil
    }
    cores = quota / period
    var status = stat()
    group = stat(folder, &status) == 0 ? "\(status.st_dev):\(status.st_ino)" : folder
  }

  /// A quota of a known group.
  package init(group: String, cores: Double) {
    self.group = group
    self.cores = cores
  }
}
