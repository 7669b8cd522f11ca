import Files
import Glibc
import Runs

extension RunVerification {
  /// Reads, besides, what the report is made from and TensorBoard's events, where they are there. The report itself shows what
  /// these files hold.
  public mutating func readReports(of folder: RunFolder) {
    if access(folder.reportRecordPath, F_OK) == 0 {
      note("report.json") { () throws(FileError) in
        try ReportRecord(of: folder).judgedStep.map { "judged after step \($0)" } ?? "nothing judged"
      }
    }
    for part in ["", "validation/"] {
      do {
        for name in try EventFile.names(in: "\(folder.path)/\(part)") {
          note(part + name) { () throws(FileError) in
            let count = try EventFile.count(in: "\(folder.path)/\(part)\(name)")
            return "\(count) event\(count == 1 ? "" : "s")"
          }
        }
      } catch {
        note("\(part)events") { () throws(FileError) in throw error }
      }
    }
  }
}
