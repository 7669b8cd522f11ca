import Datasets
import Files
import Tensors
import TestSupport
import Testing

/// What nibabel and Pillow make of volumes is in GoldenTests; here is what they have no word for.
@Suite struct VolumeTests {
  private let format = VolumeFormat(shape: nil, window: nil)
  private static let small = VolumeFixture([2, 3, 2], Array(0..<12))

  private func failure(_ bytes: [UInt8], _ format: VolumeFormat? = nil) throws -> FileError {
    try #require(throws: FileError.self) { try SampleFile.read(bytes, format ?? self.format, path: "a.nii") }
  }

  // MARK: - Numbers

  @Test func theFirstAxisComesFirst() throws {
    let found = try SampleFile.read(Self.small.bytes, format)
    #expect(found.shape == [2, 3, 2, 1] && !found.hasStrayBytes)
    // The file counts along the first axis, then the second.
    let expected = [0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11].map { Float(Double($0) / 11) }
    #expect(found.numbers == expected)
    #expect(try SampleFile.header(gzip(Self.small.bytes), format).extents == [2, 3, 2, 1])
    #expect(try SampleFile.read(gzip(Self.small.bytes), format).numbers == expected)
  }

  @Test func intensitiesAreCutBeforeTheyAreMixed() throws {
    let volume = VolumeFixture([4, 1, 1], [0, 30_000, -30_000, 100])
    let format = VolumeFormat(shape: [4, 1, 1, 1], window: 0...100)
    #expect(try SampleFile.read(volume.bytes, format).numbers == [0, 1, 0, 1])
    let half = VolumeFormat(shape: [1, 1, 1, 1], window: 0...100)
    #expect(try SampleFile.read(volume.bytes, half).numbers == [0.5])
  }

  @Test func aLargerVolumeIsTurnedWhole() throws {
    // Beyond one tile along each of the axes that trade places.
    let (depth, height, width) = (37, 3, 21)
    let numbers = (0..<depth * height * width).map { Int16($0) }
    let found = try SampleFile.read(VolumeFixture([depth, height, width], numbers).bytes, format).numbers
    for x in 0..<depth {
      for y in 0..<height {
        for z in 0..<width {
          let number = Double(x + depth * (y + height * z)) / Double(numbers.count - 1)
          #expect(found[(x * height + y) * width + z] == Float(number))
        }
      }
    }
  }

  @Test func whatFollowsTheVoxelsIsStray() throws {
    for file in [Self.small.bytes + [1, 2], try gzip(Self.small.bytes + [1, 2])] {
      let found = try SampleFile.read(file, format)
      #expect(found.hasStrayBytes && found.numbers.count == 12)
    }
    // Members of one gzip file are one file; what follows the last is nothing to gzip either.
    let members = try gzip(Array(Self.small.bytes[..<360])) + gzip(Array(Self.small.bytes[360...]))
    #expect(try !SampleFile.read(members + [0, 0], format).hasStrayBytes)
    let bomb = try gzip(Self.small.bytes + [UInt8](repeating: 0, count: 3 << 20))
    #expect(try failure(bomb).message.contains("goes on for 1048576 bytes and more behind its voxels"))
  }

  // MARK: - Errors

  @Test func whatIsNoVolumeIsNamed() throws {
    func changed(_ change: (inout VolumeFixture) -> Void) -> [UInt8] {
      var volume = Self.small
      change(&volume)
      return volume.bytes
    }
    for (bytes, offset, message) in [
      ([], 0, "is no NIfTI file: it is empty"),
      ([0x89, 0x50, 0x4E, 0x47, 0], 0, "is no NIfTI file: it starts with 89 50 4e 47"),
      (try gzip([1, 2, 3, 4, 5]), 0, "is no NIfTI file: it starts with 1 2 3 4"),
      (Array(Self.small.bytes[..<200]), 200, "ends within its header of 348 bytes"),
      (changed { $0.magic = "" }, 344, "files of Analyze 7.5 have none"),
      (changed { $0.magic = "ni1" }, 344, "has its voxels in another file"),
      (changed { $0.type = 32 }, 70, "has voxels of type 32 (NIFTI_TYPE_COMPLEX64), expected whole numbers or floats"),
      (changed { $0.type = 2304 }, 70, "type 2304 (NIFTI_TYPE_RGBA32)"),
      (changed { $0.type = 5 }, 70, "type 5 (DT_UNKNOWN)"),
      (changed { $0.extents[0] = 0 }, 40, "has the extents [0, 2, 3, 2"),
      (changed { $0.extents[0] = 8 }, 40, "has the extents [8, 2, 3, 2"),
      (changed { $0.extents[2] = -3 }, 40, "has the extents [3, 2, -3, 2"),
      (changed { $0.extents = [5, 2, 1, 1, 3, 2] }, 40, "has 2×1×1×3×2 voxels, expected at most one axis"),
      (
        changed {
          $0.extents = [4, 2, 1, 1, 2]; $0.type = 128
        }, 40, "has 2×1×1×2 voxels of three colours"
      ),
      (changed { $0.extents = [3, 2048, 2048, 512] }, 40, "has 2048×2048×512 voxels, expected at most 1073741824"),
      (changed { $0.extents = [7, -1, -1, -1, -1, -1, -1, -1] }, 40, "1 or more each"),
      (changed { $0.extents = [7] + Array(repeating: 32767, count: 7) }, 40, "expected at most one axis"),
      (changed { $0.offset = 0 }, 108, "has its voxels at byte 0.0"),
      (changed { $0.offset = .nan }, 108, "has its voxels at byte nan"),
      (changed { $0.offset = -1e30 }, 108, "has its voxels at byte -1.0"),
      (
        changed {
          $0.slope = 2; $0.intercept = .infinity
        }, 108, "slope 2.0 and intercept inf"
      ),
    ] as [([UInt8], Int, String)] {
      let error = try failure(bytes)
      #expect(error.kind == .malformed && error.path == "a.nii" && error.offset == offset, "\(error)")
      #expect(error.message.contains(message), "\(error)")
    }
  }

  /// Where nothing is allocated for what a header promises.
  @Test func aHeaderThatPromisesTooMuchIsRefused() throws {
    var volume = Self.small
    volume.extents = [3, 1000, 1000, 1000]
    for file in [volume.bytes, try gzip(volume.bytes)] {
      let error = try #require(throws: FileError.self) { try SampleFile.header(file, format) }
      #expect(error.message.contains("expected 2000000000 of voxels from byte 352 on: it is cut short"), "\(error)")
    }
    volume = Self.small
    volume.offset = 1e18
    #expect(try failure(volume.bytes).message.contains("from byte 99999998"))
    #expect(try failure(gzip(volume.bytes)).message.contains("from byte 99999998"))
  }

  @Test func aVoxelThatIsNoNumberIsNamed() throws {
    for (bad, words) in [(Float.nan, "nan"), (.infinity, "inf"), (-.infinity, "-inf")] {
      var numbers = [Float](repeating: 1, count: 12)
      numbers[9] = bad
      for window in [nil, Float(0)...1] {
        let error = try failure(
          VolumeFixture([2, 3, 2], floats: numbers).bytes, VolumeFormat(shape: nil, window: window))
        #expect(
          error.message.hasPrefix("voxel [1, 1, 1] is \(words), expected") && error.offset == 352 + 36, "\(error)")
      }
    }
    var volume = VolumeFixture([2, 1, 1, 2], floats: [1, 2, 3, 4])
    (volume.slope, volume.intercept) = (1e38, 0)
    #expect(try failure(volume.bytes).message.hasPrefix("voxel [1, 0, 0, 1] is 3.99"))
  }

  @Test func volumesMustGoTogether() throws {
    let headers = [[4, 4, 2, 1], [4, 4, 2, 1], [4, 5, 2, 1], [4, 4, 2, 3]].map { SampleHeader(extents: SIMD4($0)) }
    let paths = ["a", "b", "c", "d"]
    let error = try #require(throws: FileError.self) { try format.layout(of: headers, paths: paths) }
    #expect(error.path == "c" && error.message.contains("has 4×5×2×1 numbers, but a has 4×4×2×1"))
    #expect(error.message.contains("`--input-shape DxHxWxC`"))
    let other = try #require(throws: FileError.self) {
      try VolumeFormat(shape: [8, 8, 8, 1], window: nil).layout(of: headers, paths: paths)
    }
    #expect(other.path == "d" && other.message == "has 3 channels, expected the 1 of `--input-shape`")
    let layout = try VolumeFormat(shape: [8, 8, 8, 1], window: nil).layout(of: Array(headers[..<3]), paths: paths)
    #expect(layout.shape == [8, 8, 8, 1] && layout.element == .float32 && layout.workingBytes >= 2 * 8 * 8 * 8 * 4)
  }

  @Test func aDamagedVolumeIsRefusedOrFinite() throws {
    for (file, isPacked) in [(Self.small.bytes, false), (try gzip(Self.small.bytes), true)] {
      for count in file.indices {
        #expect(throws: FileError.self) { try SampleFile.read(Array(file[..<count]), format) }
      }
      for bit in 0..<8 * file.count {
        var bytes = file
        bytes[bit / 8] ^= 1 << (bit % 8)
        guard let header = try? SampleFile.header(bytes, format), header.extents == [2, 3, 2, 1] else { continue }
        guard let found = try? SampleFile.read(bytes, format) else { continue }
        #expect(found.numbers.allSatisfy { 0...1 ~= $0 } && found.numbers.count == 12)
        // gzip has a checksum over all but its own header.
        if isPacked, bit / 8 >= 10 { #expect(try found.numbers == SampleFile.read(file, format).numbers) }
      }
    }
  }
}
