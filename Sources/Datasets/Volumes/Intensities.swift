import Files

/// What stored numbers become: by the file's scale what was measured, as nibabel's `get_fdata` has it, and then 0 to 1.
struct Intensities {
  /// Which measures become 0 and 1; nil for the volume's lowest and highest.
  let window: ClosedRange<Float>?

  /// Returns the volume's numbers in the file's order. Where all are the same and no window is given, they become 0.
  ///
  /// All is computed in doubles and rounded once, in the end.
  ///
  /// - Throws: `FileError`, malformed, for the first number that a float cannot be: infinity, NaN, or beyond its range.
  func read(
    _ voxels: UnsafeRawBufferPointer, header: NIfTIHeader, path: String
  ) throws(FileError) -> [Float] {
    switch header.element {
    case .uint8, .rgb24: try read(voxels, as: UInt8.self, header, path)
    case .int8: try read(voxels, as: Int8.self, header, path)
    case .uint16: try read(voxels, as: UInt16.self, header, path)
    case .int16: try read(voxels, as: Int16.self, header, path)
    case .uint32: try read(voxels, as: UInt32.self, header, path)
    case .int32: try read(voxels, as: Int32.self, header, path)
    case .uint64: try read(voxels, as: UInt64.self, header, path)
    case .int64: try read(voxels, as: Int64.self, header, path)
    case .float32: try read(voxels, as: Float.self, header, path)
    case .float64: try read(voxels, as: Double.self, header, path)
    }
  }

  private func read<Number: StoredNumber>(
    _ voxels: UnsafeRawBufferPointer, as type: Number.Type, _ header: NIfTIHeader, _ path: String
  ) throws(FileError) -> [Float] {
    let (slope, intercept, isSwapped) = (header.scale.slope, header.scale.intercept, header.isSwapped)
    func measure(_ index: Int) -> Double {
      let number = voxels.loadUnaligned(fromByteOffset: index * MemoryLayout<Number>.size, as: Number.self)
      return number.double(isSwapped: isSwapped) * slope + intercept
    }

    let limit = Double(Float.greatestFiniteMagnitude)
    // Counted, not left at the first, so that the loop takes several voxels at once.
    var (lowest, highest, unfit) = (Double.infinity, -Double.infinity, 0)
    for index in 0..<header.count {
      let measure = measure(index)
      unfit += abs(measure) <= limit ? 0 : 1
      lowest = measure < lowest ? measure : lowest
      highest = measure > highest ? measure : highest
    }
    if unfit > 0, let index = (0..<header.count).first(where: { !(abs(measure($0)) <= limit) }) {
      throw FileError(
        .malformed, path, offset: header.offset + index * MemoryLayout<Number>.size,
        "voxel \(header.place(of: index)) is \(measure(index)), expected a number that a float can hold: put one there, as "
          + "numpy.nan_to_num does")
    }

    if let window { (lowest, highest) = (Double(window.lowerBound), Double(window.upperBound)) }
    let range = highest - lowest
    return [Float](unsafeUninitializedCapacity: header.count) { floats, count in
      for index in 0..<header.count {
        let measure = measure(index)
        let cut = measure < lowest ? lowest : measure > highest ? highest : measure
        floats.initializeElement(at: index, to: range > 0 ? Float((cut - lowest) / range) : 0)
      }
      count = header.count
    }
  }
}

extension NIfTIHeader {
  /// The place of the number that is `index`th in the file, as NumPy would have it.
  fileprivate func place(of index: Int) -> [Int] {
    let areTogether = element == .rgb24
    let (voxel, colour) = areTogether ? index.quotientAndRemainder(dividingBy: channels) : (index, 0)
    let (plane, row) = (extents.depth * extents.height, voxel / extents.depth)
    let space = [voxel % extents.depth, row % extents.height, voxel / plane % extents.width]
    if channels == 1 { return space }
    return space + [areTogether ? colour : voxel / plane / extents.width]
  }
}

/// A number as it stands in a file.
private protocol StoredNumber: BitwiseCopyable {
  /// The number, in the machine's order of bytes or the other.
  func double(isSwapped: Bool) -> Double
}

extension StoredNumber where Self: FixedWidthInteger {
  @inline(__always)
  func double(isSwapped: Bool) -> Double { Double(isSwapped ? byteSwapped : self) }
}

extension UInt8: StoredNumber {}
extension Int8: StoredNumber {}
extension UInt16: StoredNumber {}
extension Int16: StoredNumber {}
extension UInt32: StoredNumber {}
extension Int32: StoredNumber {}
extension UInt64: StoredNumber {}
extension Int64: StoredNumber {}

extension Float: StoredNumber {
  @inline(__always)
  func double(isSwapped: Bool) -> Double {
    Double(isSwapped ? Float(bitPattern: bitPattern.byteSwapped) : self)
  }
}

extension Double: StoredNumber {
  @inline(__always)
  func double(isSwapped: Bool) -> Double { isSwapped ? Double(bitPattern: bitPattern.byteSwapped) : self }
}
