internal import CMicroHTTPD

/// Reads a form of `multipart/form-data`, piece by piece.
final class FormReader {
  /// What has been read.
  private(set) var fields: [HTTPRequest.Field] = []
  private var processor: OpaquePointer?

  /// How many fields a form may have. Each takes memory besides its bytes.
  private static let most = 1000

  /// Prepares for the body of a request; nil where its header has no boundary.
  init?(_ connection: OpaquePointer) {
    processor = MHD_create_post_processor(
      connection, 4096,
      { context, _, name, fileName, type, _, data, offset, count in
        guard let context else { return .NO }
        let reader = Unmanaged<FormReader>.fromOpaque(context).takeUnretainedValue()
        return reader.take(
          UnsafeRawBufferPointer(start: data, count: count), at: Int(offset), of: name.map { String(cString: $0) },
          fileName.map { String(cString: $0) }, type.map { String(cString: $0) }) ? .YES : .NO
      }, Unmanaged.passUnretained(self).toOpaque())
    if processor == nil { return nil }
  }

  deinit { if let processor { MHD_destroy_post_processor(processor) } }

  /// Reads on; returns whether it still is a form.
  func read(_ bytes: UnsafeRawBufferPointer) -> Bool {
    MHD_post_process(processor, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count) == .YES
  }

  /// Ends; returns whether the form was whole.
  func finish() -> Bool {
    defer { processor = nil }
    return MHD_destroy_post_processor(processor) == .YES
  }

  private func take(
    _ bytes: UnsafeRawBufferPointer, at offset: Int, of name: String?, _ fileName: String?, _ type: String?
  ) -> Bool {
    if offset == 0 {
      guard fields.count < Self.most else { return false }
      fields.append(
        HTTPRequest.Field(
          name: name ?? "", fileName: fileName, mediaType: HTTPRequest.mediaType(type), body: []))
    }
    guard !fields.isEmpty else { return false }
    fields[fields.count - 1].body.append(contentsOf: bytes)
    return true
  }
}
