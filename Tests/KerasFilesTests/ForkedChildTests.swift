import Files
import Glibc
import KerasFiles
import Testing

/// Processes that may crash without harm.
@Suite struct ForkedChildTests {
  @Test func whatTheChildWritesIsRead() throws {
    let bytes: [UInt8] = [1, 2, 3]
    let child = try ForkedChild(reading: "weights.h5", bytes: 3) { output in
      bytes.withUnsafeBytes { ForkedChild.write($0, to: output) }
    }
    #expect(try child.bytes(3) == bytes)
    let error = #expect(throws: FileError.self) { try child.bytes(1) }
    #expect(error?.kind == .malformed)
  }

  @Test(arguments: [SIGSEGV, SIGABRT, SIGKILL]) func aCrashNamesTheFile(_ signal: Int32) throws {
    let child = try ForkedChild(reading: "weights.h5", bytes: 3) { _ in raise(signal) }
    let error = #expect(throws: FileError.self) { try child.bytes(1) }
    #expect(error?.description == "weights.h5: HDF5's library breaks down on it: it is damaged")
  }

  /// What hangs is given up, and is gone with its reader.
  @Test func silenceNamesTheFile() throws {
    var child: ForkedChild? = try ForkedChild(reading: "weights.h5", bytes: 3, silence: 100) { output in
      withUnsafeBytes(of: getpid()) { ForkedChild.write($0, to: output) }
      while true { pause() }
    }
    let process = try #require(try child?.bytes(4)).withUnsafeBytes { $0.load(as: pid_t.self) }
    let error = #expect(throws: FileError.self) { try child?.bytes(1) }
    #expect(error?.description == "weights.h5: HDF5's library hangs on it: it is damaged")
    #expect(kill(process, 0) == 0)
    child = nil
    #expect(kill(process, 0) == -1 && errno == ESRCH)
  }

  /// A size that stands in a file takes no more memory than the file is worth.
  @Test func memoryIsBounded() throws {
    let child = try ForkedChild(reading: "weights.h5", bytes: 1 << 20) { output in
      for count in [1 << 20, 1 << 30] {
        // By the system itself: an allocation that is freed at once may be optimised away.
        let memory = mmap(nil, count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        withUnsafeBytes(of: UInt8(memory == MAP_FAILED ? 0 : 1)) { ForkedChild.write($0, to: output) }
      }
    }
    #expect(try child.bytes(2) == [1, 0])
  }
}
