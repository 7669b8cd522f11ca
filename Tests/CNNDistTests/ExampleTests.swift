import FoundationEssentials
import TestSupport
import Testing

/// The article's example: it is the program that is built here, and it trains.
@Suite struct ExampleTests {
  private static let checkout = URL(filePath: #filePath).appending(path: "../../..").standardized.path

  private func text(_ path: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(filePath: "\(Self.checkout)/\(path)")), as: UTF8.self)
  }

  @Test func theArticleShowsTheProgramThatIsBuilt() throws {
    let blocks = try text("Sources/CNNDist/CNNDist.docc/TrainingFromSwift.md").split(separator: "```swift\n")
      .dropFirst().compactMap { block in
        block.firstRange(of: "```").map { String(block[..<$0.lowerBound]) }
      }
    #expect(blocks == (try ["main", "OwnData"].map { try text("Tests/ExampleProgram/\($0).swift") }))
  }

  /// The same numbers on one rank, and on two, where each rank measures the same.
  @Test func itTrainsAloneAndOnTwoRanks() throws {
    try withTemporaryFolder { folder in
      let (alone, two) = ("\(folder)alone", "\(folder)two")
      let outputs = try [(nil, alone), (2, two)].map { ranks, folder in
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let probe = try Probe("ExampleProgram", ranks: ranks, "", in: folder)
        try #require(probe.status == 0, "\(probe.output)")
        return probe
      }
      #expect(outputs[0].lines("epoch").count == 2)
      #expect(outputs[0].lines("epoch") == outputs[1].lines("epoch"))
      let judgements = outputs.map { $0.lines("rank").map { $0.dropFirst(3) } }  // without `0: `
      #expect(judgements[0].count == 1)
      #expect(judgements[1] == judgements[0] + judgements[0])
      #expect(
        try Data(contentsOf: URL(filePath: "\(alone)/weights.safetensors"))
          == Data(contentsOf: URL(filePath: "\(two)/weights.safetensors")))
    }
  }

  /// A library cannot start its program again; it says what to set, and once that is set it has nothing to say.
  @Test(.enabled(if: ProcessorFlags.haveAVX2)) func kernelsThatDoNotFitAreToldOf() throws {
    try withTemporaryFolder { folder in
      // With this, OpenBLAS says that it chose Prescott's kernels unless it was asked for others.
      let shim = """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <stdlib.h>
        char *openblas_get_corename(void) {
          if (!getenv("OPENBLAS_CORETYPE")) return "Prescott";
          return ((char *(*)(void))dlsym(RTLD_NEXT, "openblas_get_corename"))();
        }
        """
      try Data(shim.utf8).write(to: URL(filePath: "\(folder)/shim.c"))
      let compiler = "gcc -shared -fPIC -o shim.so shim.c -ldl &&"
      let slow = try Probe("ExampleProgram", ranks: nil, "", in: folder, settings: "\(compiler) LD_PRELOAD=./shim.so")
      let complaints = slow.lines("CNNDist:")
      try #require(complaints.count == 1, "\(slow.output)")
      let remedy = try #require(complaints[0].split(separator: " ").last)
      #expect(remedy.hasPrefix("OPENBLAS_CORETYPE="))
      let fast = try Probe("ExampleProgram", ranks: nil, "", in: folder, settings: "LD_PRELOAD=./shim.so \(remedy)")
      #expect(fast.status == 0 && fast.lines("CNNDist:").isEmpty, "\(fast.output)")
    }
  }
}
