import Reports
import Testing

@Suite struct RecordFileTests {
  /// As tensorboard.summary.writer.record_writer.RecordWriter writes them.
  @Test(arguments: [
    ("tensor", [6, 0, 0, 0, 0, 0, 0, 0, 115, 105, 213, 55, 116, 101, 110, 115, 111, 114, 167, 170, 157, 65]),
    ("", [0, 0, 0, 0, 0, 0, 0, 0, 41, 3, 152, 7, 216, 234, 130, 162]),
  ])
  func recordsAreTensorFlows(_ text: String, _ bytes: [UInt8]) {
    #expect(RecordFile.record(Array(text.utf8)) == bytes)
  }

  private let whole = ["one", "", "three"].flatMap { RecordFile.record(Array($0.utf8)) }

  private func read(_ bytes: [UInt8], while isWanted: (String) -> Bool = { _ in true }) -> (
    texts: [String], end: Int, rest: RecordFile.Rest
  ) {
    var texts: [String] = []
    let (end, rest) = bytes.withUnsafeBytes { bytes in
      RecordFile.read(bytes) { record in
        let text = String(decoding: record, as: UTF8.self)
        guard isWanted(text) else { return false }
        texts.append(text)
        return true
      }
    }
    return (texts, end, rest)
  }

  @Test func recordsAreReadUpToOneThatIsNotWanted() {
    #expect(read(whole) == (["one", "", "three"], whole.count, .whole))
    #expect(read(whole, while: { $0 != "three" }) == (["one", ""], 19 + 16, .whole))
    #expect(read([]) == ([], 0, .whole))
  }

  /// Cut off at any byte, and with any bit flipped, as many records are read as lie before that.
  @Test func whatIsDamagedIsNotRead() {
    let ends = [0, 19, 35, 56]
    for count in 0..<whole.count {
      let kept = ends.filter { $0 <= count }.count - 1
      let found = read(Array(whole[..<count]))
      #expect(found.texts.count == kept && found.end == ends[kept])
      #expect(found.rest == (ends.contains(count) ? .whole : .torn))
      for bit in 0..<8 {
        var damaged = whole
        damaged[count] ^= 1 << bit
        let found = read(damaged)
        let isFound = found.texts.count == kept && found.end == ends[kept] && found.rest == .damaged
        #expect(isFound, "bit \(bit) of byte \(count)")
      }
    }
  }
}
