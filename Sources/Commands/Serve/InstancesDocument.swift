import Datasets
import Files
import FoundationEssentials
import Tensors

/// The body of a request in JSON, as TensorFlow Serving and KServe's first protocol have it: `{"instances": […]}`, of which each is
/// a sample, its numbers in lists in lists, or `{"b64": "…"}`, a file in base64. One that has a name, `{"image": …}`, is the same.
struct InstancesDocument: Decodable {
  private let instances: [Instance]

  /// Reads a body.
  ///
  /// - Throws: `RefusedRequest` with what is wrong, and where.
  static func samples(_ body: [UInt8], _ reader: SampleReader) throws(RefusedRequest) -> [UnlabelledSamples] {
    let document: InstancesDocument
    do {
      document = try JSONDecoder().decode(InstancesDocument.self, from: Data(body))
    } catch let error as DecodingError {
      throw RefusedRequest(Self.sentence(error))
    } catch {
      throw RefusedRequest("the body cannot be read as JSON: \(error)")
    }
    guard !document.instances.isEmpty else { throw RefusedRequest("instances is empty, expected at least one") }
    var samples: [UnlabelledSamples] = []
    for (index, instance) in document.instances.enumerated() {
      samples.append(try instance.sample(reader, name: "instances[\(index)]"))
    }
    return samples
  }

  /// What a body looks like, for errors.
  private static let form = #"{"instances": [SAMPLE, …]}, each the numbers of a sample in lists, or {"b64": "…"}"#

  private static func sentence(_ error: DecodingError) -> String {
    func place(_ context: DecodingError.Context) -> String {
      let path = context.codingPath.reduce("") { path, key in
        path + (key.intValue.map { "[\($0)]" } ?? (path.isEmpty ? key.stringValue : ".\(key.stringValue)"))
      }
      return path.isEmpty ? "the body" : path
    }
    switch error {
    case .keyNotFound(let key, let context):
      return "\(place(context)) has no \(key.stringValue), expected \(Self.form)"
    case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
      guard let last = context.codingPath.last else { return "the body is no object, expected \(Self.form)" }
      if last.intValue == nil && last.stringValue == "instances" {
        return "instances is no list, expected \(Self.form)"
      }
      let expected = type == String.self ? "string, expected a file in base64" : "number, expected one"
      return "\(place(context)) is no \(expected)"
    case .dataCorrupted(let context):
      return context.codingPath.isEmpty
        ? "the body cannot be read: it is no JSON, is nested too deeply, or has a number that 32 bits do not hold"
        : "\(place(context)): \(context.debugDescription)"
    @unknown default: return "the body cannot be read as JSON: \(error)"
    }
  }
}

/// One of the samples.
private struct Instance: Decodable {
  private enum Contents {
    /// Numbers, the last axis fastest.
    case numbers([Float], extents: [Int])
    /// A file.
    case file([UInt8])
  }

  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  private let contents: Contents

  init(from decoder: any Decoder) throws {
    if let fields = try? decoder.container(keyedBy: Key.self) {
      let file = Key(stringValue: "b64")
      if fields.contains(file) {
        // In lines of 76 characters, as MIME has it, too.
        let text = try fields.decode(String.self, forKey: file).filter { !$0.isWhitespace }
        guard let data = Data(base64Encoded: text) else {
          throw DecodingError.dataCorruptedError(forKey: file, in: fields, debugDescription: "is no base64")
        }
        contents = .file(Array(data))
      } else if let name = fields.allKeys.first, fields.allKeys.count == 1 {
        contents = try fields.decode(Instance.self, forKey: name).contents
      } else {
        throw DecodingError.dataCorrupted(
          .init(
            codingPath: decoder.codingPath,
            debugDescription: "has \(fields.allKeys.count) fields, expected b64, or the only input of the network"))
      }
    } else if var list = try? decoder.unkeyedContainer() {
      var numbers: [Float] = []
      let extents = try Self.read(&list, into: &numbers)
      contents = .numbers(numbers, extents: extents)
    } else {
      contents = .numbers([try decoder.singleValueContainer().decode(Float.self)], extents: [])
    }
  }

  /// Reads a list of numbers, or of lists that are alike, and returns its extents.
  private static func read(_ list: inout any UnkeyedDecodingContainer, into numbers: inout [Float]) throws -> [Int] {
    guard !list.isAtEnd else { return [0] }
    if let first = try? list.decode(Float.self) {
      numbers.append(first)
      while !list.isAtEnd { numbers.append(try list.decode(Float.self)) }
      return [list.currentIndex]
    }
    var inner: [Int]?
    while !list.isAtEnd {
      guard var next = try? list.nestedUnkeyedContainer() else {
        _ = try list.decode(Float.self)  // which says what is wrong, unless it is a number
        throw DecodingError.dataCorruptedError(in: list, debugDescription: "a number stands among lists")
      }
      let extents = try read(&next, into: &numbers)
      guard inner == nil || inner == extents else {
        throw DecodingError.dataCorruptedError(
          in: list, debugDescription: "its lists are not alike: one has \(extents), one before it \(inner ?? [])")
      }
      inner = extents
    }
    return [list.currentIndex] + (inner ?? [])
  }

  /// What the reader makes of it.
  func sample(_ reader: SampleReader, name: String) throws(RefusedRequest) -> UnlabelledSamples {
    switch contents {
    case .file(let bytes):
      let samples = try PredictionRequest.open(bytes, reader, name: name)
      guard samples.count == 1 else { throw RefusedRequest("\(name) holds \(samples.count) samples, expected one") }
      return samples
    case .numbers(let numbers, let extents):
      let own = reader.shape.dimensions
      let isBare = own.last == 1 && extents == Array(own.dropLast())
      guard extents == own || isBare else {
        throw RefusedRequest("\(name) has the shape \(extents), but the network takes \(own)")
      }
      do throws(FileError) {
        return try reader.sample(of: numbers, name: name)
      } catch {
        throw RefusedRequest("\(error)")
      }
    }
  }
}
