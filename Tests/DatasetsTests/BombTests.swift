import CZlib
import Datasets
import Files
import Glibc
import TestSupport
import Testing

/// Small files that would unpack to much.
@Suite struct BombTests {
  /// A chunk of a PNG file.
  private func chunk(_ name: String, _ contents: [UInt8]) -> [UInt8] {
    func four(_ value: Int) -> [UInt8] { (0..<4).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
    let named = Array(name.utf8) + contents
    return four(contents.count) + named + four(Int(crc32(0, named, UInt32(named.count))))
  }

  /// Zeros as zlib packs them.
  private func packed(zeros count: Int) throws -> [UInt8] {
    let zeros = [UInt8](repeating: 0, count: count)
    var length = compressBound(UInt(count))
    var target = [UInt8](repeating: 0, count: Int(length))
    try #require(compress(&target, &length, zeros, UInt(count)) == Z_OK)
    return Array(target[..<Int(length)])
  }

  /// A picture with a text, or a colour profile, of many zeros, which nobody looks at.
  @Test(arguments: ["zTXt", "iCCP"]) func whatStandsBesideAPictureIsBounded(_ name: String) throws {
    let png = Images.bytes(.png, height: 2, width: 2) { y, x in 1000 * y + x }
    func picture(_ zeros: Int) throws -> [UInt8] {
      Array(png[..<33]) + chunk(name, Array("k".utf8) + [0, 0] + (try packed(zeros: zeros))) + png[33...]
    }
    let (reader, numbers) = (SampleReader(SampleReader.Kind(), shape: [2, 2, 3]), [Float](repeating: 0, count: 12))
    func read(_ bytes: [UInt8]) throws {
      var numbers = numbers
      let samples = try reader.open(bytes, name: "x.png") { _ in }
      let outcome = numbers.withUnsafeMutableBufferPointer { numbers in
        Result { () throws(FileError) in try samples.load(0, into: numbers) }
      }
      try outcome.get()
    }
    try read(picture(1 << 16))
    let error = try #require(throws: FileError.self) { try read(picture(1 << 27)) }
    #expect(error.message.contains("limits"), "\(error)")
  }

  /// A canvas of 2×2, and on it a picture of 65,535×65,535.
  @Test func aPictureBeyondItsCanvasIsNotDecoded() throws {
    let gif =
      Array("GIF89a".utf8) + [2, 0, 2, 0, 0x80, 0, 0, 0, 0, 0, 255, 255, 255]
      + [0x2C, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0, 2, 2, 0x4C, 1, 0, 0x3B]
    let samples = try SampleReader(SampleReader.Kind(), shape: [2, 2, 3]).open(gif, name: "x.gif") { _ in }
    var numbers = [Float](repeating: 0, count: 12)
    let outcome = numbers.withUnsafeMutableBufferPointer { numbers in
      Result { () throws(FileError) in try samples.load(0, into: numbers) }
    }
    let error = try #require(throws: FileError.self) { try outcome.get() }
    #expect(error.message.contains("does not lie on its canvas"), "\(error)")
  }

  @Test func gzipStopsAtItsLimit() throws {
    let bomb = try gzip([UInt8](repeating: 0, count: 1 << 22))
    let error = try bomb.withUnsafeBytes { bytes in
      try #require(throws: FileError.self) { try GzipReader.unpack(bytes, path: "x.gz", limit: 1 << 20) }
    }
    #expect(error.message.contains("unpacks to more than 1048576 bytes"))
  }
}
