internal import CONNX
import Glibc

/// The memory of a message and of all that it points at, in the form in which libprotobuf-c takes them: it lasts as long as this
/// object.
final class MessageMemory {
  private var blocks: [UnsafeMutableRawPointer] = []

  deinit { for block in blocks { free(block) } }

  /// A message that `initialize`, the generated function, has made empty.
  func message<Message>(
    _ initialize: (UnsafeMutablePointer<Message>?) -> Void, _ fill: (inout Message) -> Void
  ) -> UnsafeMutablePointer<Message> {
    let message = allocate(Message.self, 1)
    initialize(message)
    fill(&message.pointee)
    return message
  }

  /// A string that ends in a zero.
  func text(_ text: String) -> UnsafeMutablePointer<CChar> {
    let bytes = text.utf8CString
    let copy = allocate(CChar.self, bytes.count)
    bytes.withUnsafeBufferPointer { copy.update(from: $0.baseAddress ?? UnsafePointer(copy), count: $0.count) }
    return copy
  }

  /// A list, of numbers or of pointers.
  func list<Element>(_ elements: [Element]) -> UnsafeMutablePointer<Element> {
    let copy = allocate(Element.self, elements.count)
    for (index, element) in elements.enumerated() { (copy + index).initialize(to: element) }
    return copy
  }

  /// Bytes that have an owner elsewhere.
  func bytes(_ bytes: UnsafeRawBufferPointer) -> ProtobufCBinaryData {
    ProtobufCBinaryData(
      len: bytes.count,
      data: UnsafeMutablePointer(mutating: bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)))
  }

  private func allocate<Element>(_ type: Element.Type, _ count: Int) -> UnsafeMutablePointer<Element> {
    guard let block = calloc(max(count, 1), MemoryLayout<Element>.stride) else {
      fatalError("the system has no memory for a message")
    }
    blocks.append(block)
    return block.bindMemory(to: Element.self, capacity: max(count, 1))
  }
}
