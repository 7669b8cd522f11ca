import Datasets
import Files
import Tensors

/// A file of one sample, read as a data set of it alone would be.
public enum SampleFile {
  /// What `file` holds, called `path` in errors.
  package static func read(
    _ file: [UInt8], _ format: some SampleFormat, path: String = "file"
  ) throws(FileError) -> (shape: Shape, numbers: [Float], hasStrayBytes: Bool) {
    let header = try self.header(file, format, path: path)
    let layout = try format.layout(of: [header], paths: [path])
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: layout.bytes, alignment: 8)
    defer { bytes.deallocate() }
    bytes.initializeMemory(as: UInt8.self, repeating: 0xFF)  // so that what is not written is seen
    let outcome = file.withUnsafeBytes { file in
      Result { () throws(FileError) in try format.decode(file, path: path, to: layout, into: bytes) }
    }
    return (layout.shape, Array(bytes.bindMemory(to: Float.self)), try outcome.get())
  }

  /// What `file` says of itself.
  package static func header(
    _ file: [UInt8], _ format: some SampleFormat, path: String = "file"
  ) throws(FileError) -> SampleHeader {
    try file.withUnsafeBytes { file in
      Result { () throws(FileError) in try format.header(file, path: path) }
    }.get()
  }
}
