import Files
import Tensors

/// The numbers of a tensor in a safetensors file.
public enum SafetensorsElement: String, Sendable, CaseIterable {
  /// 32 bits, as all numbers are here.
  case float32
  /// 16 bits: 11 significant ones, up to 65,504.
  case float16
  /// The upper 16 bits of a float32: 8 significant ones, as far as that goes.
  case bfloat16

  /// The format's name.
  var name: String {
    switch self {
    case .float32: "F32"
    case .float16: "F16"
    case .bfloat16: "BF16"
    }
  }

  /// The element of the format's name; nil for one that we lack.
  init?(named name: String) {
    guard let element = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = element
  }

  /// The bytes of a number.
  var size: Int { self == .float32 ? 4 : 2 }

  /// The nearest number of 16 bits, the even one of two that are as near.
  ///
  /// - Returns: nil where that is infinite.
  func half(_ value: Float) -> UInt16? {
    if self == .float16 {
      let half = Float16(value)
      return half.isFinite ? half.bitPattern : nil
    }
    // What is added carries into the upper bits where the lower ones are more than half, or half of an odd number.
    let bits = value.bitPattern
    let upper = UInt16((UInt64(bits) + 0x7FFF + UInt64(bits >> 16 & 1)) >> 16)
    return upper & 0x7F80 == 0x7F80 ? nil : upper
  }

  /// The number of 16 bits.
  func float(_ half: UInt16) -> Float {
    self == .float16 ? Float(Float16(bitPattern: half)) : Float(bitPattern: UInt32(half) << 16)
  }
}
