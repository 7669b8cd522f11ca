/// A small NIfTI file of the first version, in this machine's order of bytes.
public struct VolumeFixture: Sendable {
  /// How many axes there are, and their extents.
  public var extents: [Int16]
  /// What stands behind the header's 348 bytes and four for its extensions.
  public var voxels: [UInt8]
  /// A code; 4 means signed whole numbers of 16 bits.
  public var type: Int16 = 4
  public var slope: Float = 0
  public var intercept: Float = 0
  public var offset: Float = 352
  public var magic = "n+1"

  /// Whole numbers along some axes, the first of them fastest.
  public init(_ extents: [Int], _ numbers: [Int16]) {
    self.extents = [Int16(extents.count)] + extents.map(Int16.init)
    voxels = numbers.flatMap { withUnsafeBytes(of: $0, Array.init) }
  }

  /// Floats along some axes.
  public init(_ extents: [Int], floats: [Float]) {
    self.init(extents, [])
    type = 16
    voxels = floats.flatMap { withUnsafeBytes(of: $0, Array.init) }
  }

  /// The file.
  public var bytes: [UInt8] {
    var header = [UInt8](repeating: 0, count: 352)
    func put<Value: BitwiseCopyable>(_ value: Value, at offset: Int) {
      header.withUnsafeMutableBytes { $0.storeBytes(of: value, toByteOffset: offset, as: Value.self) }
    }
    put(Int32(348), at: 0)
    for (index, extent) in extents.enumerated() { put(extent, at: 40 + 2 * index) }
    put(type, at: 70)
    put(offset, at: 108)
    put(slope, at: 112)
    put(intercept, at: 116)
    header.replaceSubrange(344..<344 + magic.utf8.count, with: magic.utf8)
    return header + voxels
  }
}
