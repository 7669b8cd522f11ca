import Files
import FoundationEssentials
import FuzzTargets
import Runs
import TestSupport
import Testing

/// What is a safetensors file, and what is none: held against the reference implementation, Python's `safetensors`.
@Suite struct SafetensorsVerdictTests {
  /// Where the format's text asks for more than its implementation does, or we read less of it: the words of our refusals.
  private static let stricter = [
    "only F32, F16 and BF16 can be read", "does not begin with {", "twice", "outside of strings", "lists in lists",
    "a number beyond 2^63",
  ]

  @Test(.enabled("launch/counterparts installs safetensors") { Counterparts.python != nil })
  func aBrokenFileIsJudgedAsTheReferenceJudgesIt() throws {
    let python = try #require(Counterparts.python)
    let target = try #require(FuzzTarget.named("safetensors"))
    let seeds = try target.allSeeds()
    var mutations = Mutations(seed: 2, of: target)
    let files = seeds + (0..<10_000).map { _ in mutations.next(of: seeds) }
    let folder = try TemporaryFolder()
    try folder.write("files", files.flatMap { withUnsafeBytes(of: UInt32($0.count).littleEndian, Array.init) + $0 })
    let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "safetensors_verdicts.py").path
    let theirs = try Shell.run([python, script, folder("files")]).split(separator: "\n")
    try #require(theirs.count == files.count)

    var (agreed, taken, refused) = (0, 0, [String: Int]())
    for (index, file) in files.enumerated() {
      try folder.write("file", file)
      let ours = Result { () throws(FileError) in try SafetensorsFile(folder("file")) }
      let isTaken = theirs[index] == "taken"
      switch ours {
      case .success:
        #expect(isTaken, "file \(index), which the reference refuses (\(theirs[index])): \(shown(file))")
        (agreed, taken) = (agreed + 1, taken + 1)
      case .failure(let error):
        guard isTaken else {
          agreed += 1
          continue
        }
        let rule = Self.stricter.first { error.message.contains($0) }
        #expect(rule != nil, "file \(index), which the reference takes, for \(error.message): \(shown(file))")
        refused[rule ?? "", default: 0] += 1
      }
    }
    print("safetensors: \(files.count) files, \(agreed) judged alike, of which \(taken) taken; stricter: \(refused)")
    #expect(taken > 500 && agreed > files.count / 2)
  }

  private func shown(_ file: [UInt8]) -> String { String(decoding: file.prefix(400), as: UTF8.self).debugDescription }
}
