internal import CTensorBoard

/// The memory of a message while it is put together: libprotobuf-c's structures point at one another, at lists and at strings.
/// All of it lives as long as this object.
final class MessageMemory {
  private var blocks: [UnsafeMutableRawPointer] = []

  deinit { for block in blocks { block.deallocate() } }

  /// A message with all that `fill` gives it; `initialize` is what protoc-c made for its kind.
  func message<Message: BitwiseCopyable>(
    _ initialize: (UnsafeMutablePointer<Message>?) -> Void, _ fill: (inout Message) -> Void
  ) -> UnsafeMutablePointer<Message> {
    let place = UnsafeMutablePointer<Message>.allocate(capacity: 1)
    blocks.append(UnsafeMutableRawPointer(place))
    initialize(place)
    fill(&place.pointee)
    return place
  }

  /// The elements one after another; they need no clean-up.
  func list<Element: BitwiseCopyable>(_ elements: [Element]) -> UnsafeMutablePointer<Element> {
    let place = UnsafeMutablePointer<Element>.allocate(capacity: max(1, elements.count))
    blocks.append(UnsafeMutableRawPointer(place))
    place.initialize(from: elements, count: elements.count)
    return place
  }

  /// The text with a zero behind it.
  func text(_ text: String) -> UnsafeMutablePointer<CChar> { list(Array(text.utf8CString)) }

  /// The bytes with their count.
  func bytes(_ bytes: [UInt8]) -> ProtobufCBinaryData { ProtobufCBinaryData(len: bytes.count, data: list(bytes)) }
}
