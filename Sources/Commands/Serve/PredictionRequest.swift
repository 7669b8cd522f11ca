import Datasets
import Files
import FoundationEssentials
import HTTP
import Tensors

/// What a client wants to be answered: samples in a body.
struct PredictionRequest {
  /// A sample among those of a file or an array.
  struct Sample {
    let samples: UnlabelledSamples
    let index: Int
  }

  private(set) var samples: [Sample] = []
  /// How many pixels of pictures are to be decoded.
  let pixels: Int

  /// Reads a request: a form with files, a document in JSON, or a file, which says itself what it is.
  ///
  /// - Parameters:
  ///   - outputs: how many numbers the network gives for a sample, of which one request may cause `most`.
  /// - Throws: `RefusedRequest` with a sentence.
  init(_ request: HTTPRequest, _ reader: SampleReader, outputs: Int, most: Int) throws(RefusedRequest) {
    let files: [UnlabelledSamples]
    if !request.fields.isEmpty {
      files = try request.fields.filter { $0.fileName != nil }.map { field throws(RefusedRequest) in
        try Self.open(field.body, reader, name: field.fileName.flatMap { $0.isEmpty ? nil : $0 } ?? field.name)
      }
      guard !files.isEmpty else { throw RefusedRequest("the form has no file in it") }
    } else if Self.isJSON(request) {
      files = try InstancesDocument.samples(request.body, reader)
    } else {
      guard !request.body.isEmpty else {
        throw RefusedRequest("the body is empty, expected an \(reader.nouns), or JSON")
      }
      files = [try Self.open(request.body, reader, name: "the body")]
    }
    let count = files.reduce(0) { $0 + $1.count }
    let limit = min(Self.mostSamples, max(1, most / outputs))
    guard count <= limit else {
      throw RefusedRequest("the request has \(count) samples, expected \(limit) at most: send several requests")
    }
    pixels = files.reduce(0) { $0 + $1.pixels }
    guard pixels <= reader.pixelLimit ?? .max else {
      throw RefusedRequest(
        "the request has pictures of \(pixels) pixels in all, expected \(reader.pixelLimit ?? .max) at most: send several requests"
      )
    }
    for file in files { samples += (0..<file.count).map { Sample(samples: file, index: $0) } }
  }

  private static let mostSamples = 4096

  private static func isJSON(_ request: HTTPRequest) -> Bool {
    if request.mediaType == "application/json" { return true }
    // Whoever posts without a word of the type says something else; no file that is taken begins so.
    return !request.mediaType.hasPrefix("image/")
      && request.body.first { !Set(" \t\r\n".utf8).contains($0) } == UInt8(ascii: "{")
  }

  static func open(_ bytes: [UInt8], _ reader: SampleReader, name: String) throws(RefusedRequest) -> UnlabelledSamples {
    do throws(FileError) {
      return try reader.open(bytes, name: name, notice: { _ in })
    } catch {
      throw RefusedRequest("\(error)")
    }
  }
}

/// Why a request is not answered.
struct RefusedRequest: Error, CustomStringConvertible {
  /// A sentence.
  let description: String

  init(_ description: String) { self.description = description }
}
