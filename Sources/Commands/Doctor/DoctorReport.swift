import Doctor
import Reports

/// What an examination found, as it is printed: its fields are those of `--json`.
struct DoctorReport: Encodable {
  /// In the order of the checks.
  let findings: [Doctor.Finding]
  /// How many are serious.
  let serious: Int
  /// How many are advice.
  let advice: Int
  /// The lines that start a training here.
  let launch: [Launch]

  /// One of them.
  struct Launch: Encodable {
    let purpose: String
    let line: String
  }

  init(_ findings: [Doctor.Finding], cores: Int, options: String, _ environment: [String: String]) {
    self.findings = findings
    serious = findings.count { $0.grade == .serious }
    advice = findings.count { $0.grade == .advice }
    launch = LaunchLine.all(cores: cores, options: options, environment).map {
      Launch(purpose: $0.purpose, line: $0.line)
    }
  }

  /// What is said on a terminal.
  var lines: [String] {
    let width = (findings.map(\.check.count).max() ?? 0) + 2
    let margin = String(repeating: " ", count: 9 + width)
    var lines = findings.flatMap { finding in
      ["\(finding.grade.rawValue.padded(to: 9))\(finding.check.padded(to: width))\(finding.what)"]
        + (finding.why.isEmpty ? [] : ["\(margin)\(finding.why)"])
        + (finding.remedy.isEmpty ? [] : ["\(margin)$ \(finding.remedy)"])
    }
    lines += ["", "To train on"]
    for launch in launch { lines += ["  \(launch.purpose):", "    \(launch.line)"] }
    return lines
  }
}
