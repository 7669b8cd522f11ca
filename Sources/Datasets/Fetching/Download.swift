internal import CCurl
import Files
import Glibc

/// One file fetched with libcurl, digested while it arrives.
struct Download {
  /// Where the file is.
  let url: String
  /// libcurl's list of schemes, for the URL and for every redirect.
  let allowedProtocols: String
  /// More bytes than this are refused.
  let limit: Int

  /// Writes the file to `descriptor` and returns the MD5 of what arrived.
  ///
  /// - Throws: `FileError`, failed with libcurl's own message, or with the system's where the disk refused.
  func receive(
    into descriptor: Int32, progress: @escaping (_ received: Int, _ total: Int?) -> Void
  ) throws(FileError) -> String {
    guard Self.library == CURLE_OK, let curl = curl_easy_init() else {
      throw FileError(.failed, url, "libcurl cannot be started")
    }
    defer { curl_easy_cleanup(curl) }
    var text = [CChar](repeating: 0, count: Int(CURL_ERROR_SIZE))
    let receiver = Receiver(descriptor: descriptor, limit: limit, progress: progress)
    // libcurl keeps both addresses, so they are fixed until it has finished.
    let code = text.withUnsafeMutableBufferPointer { text in
      withExtendedLifetime(receiver) { perform(curl, receiver, errorText: text.baseAddress) }
    }
    if let refusal = receiver.refusal { throw FileError(.failed, url, refusal) }
    guard code == CURLE_OK else {
      let detail = text.withUnsafeBufferPointer { $0.baseAddress.map(String.init(cString:)) } ?? ""
      throw FileError(.failed, url, detail.isEmpty ? String(cString: curl_easy_strerror(code)) : detail)
    }
    return receiver.finish()
  }

  /// libcurl's global state; Swift sets it up once, whichever thread comes first.
  private static let library = curl_global_init(Int(CURL_GLOBAL_DEFAULT))

  /// Sets every option and transfers; the first refusal ends it.
  private func perform(_ curl: UnsafeMutableRawPointer, _ receiver: Receiver, errorText: UnsafeMutablePointer<CChar>?)
    -> CURLcode
  {
    let context = Unmanaged.passUnretained(receiver).toOpaque()
    let strings = [
      (CURLOPT_URL, url), (CURLOPT_PROTOCOLS_STR, allowedProtocols), (CURLOPT_REDIR_PROTOCOLS_STR, allowedProtocols),
      (CURLOPT_USERAGENT, "cnn-dist"),
    ]
    let numbers = [
      (CURLOPT_FOLLOWLOCATION, 1), (CURLOPT_MAXREDIRS, 10), (CURLOPT_FAILONERROR, 1),
      (CURLOPT_CONNECTTIMEOUT, 30), (CURLOPT_LOW_SPEED_LIMIT, 1000), (CURLOPT_LOW_SPEED_TIME, 60),
      (CURLOPT_NOPROGRESS, 0),
    ]
    let pointers: [(CURLoption, UnsafeMutableRawPointer?)] = [
      (CURLOPT_ERRORBUFFER, UnsafeMutableRawPointer(errorText)), (CURLOPT_WRITEDATA, context),
      (CURLOPT_XFERINFODATA, context),
    ]
    var codes = strings.map { cnn_curl_set_string(curl, $0.0, $0.1) }
    codes += numbers.map { cnn_curl_set_long(curl, $0.0, $0.1) }
    codes += pointers.map { cnn_curl_set_pointer(curl, $0.0, $0.1) }
    codes.append(cnn_curl_set_write(curl, Receiver.write))
    codes.append(cnn_curl_set_progress(curl, Receiver.progress))
    return codes.first { $0 != CURLE_OK } ?? curl_easy_perform(curl)
  }
}

/// What libcurl hands each part of the file to.
private final class Receiver {
  /// Why the transfer was stopped from this side.
  private(set) var refusal: String?
  private let descriptor: Int32
  private let limit: Int
  private let progress: (Int, Int?) -> Void
  private var received = 0
  private var digest: Digest? = Digest(.md5)

  init(descriptor: Int32, limit: Int, progress: @escaping (Int, Int?) -> Void) {
    self.descriptor = descriptor
    self.limit = limit
    self.progress = progress
  }

  func finish() -> String { digest.take()?.finish() ?? "" }

  /// Takes in one part; false stops the transfer.
  private func take(_ part: UnsafeRawBufferPointer) -> Bool {
    received += part.count
    guard received <= limit else {
      refusal = "sends more than \(limit) bytes, which is not the expected file"
      return false
    }
    var rest = part
    while !rest.isEmpty {
      let written = Glibc.write(descriptor, rest.baseAddress, rest.count)
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else {
        refusal = "cannot be stored on the disk: \(String(cString: strerror(errno)))"
        return false
      }
      rest = UnsafeRawBufferPointer(rebasing: rest[written...])
    }
    digest?.update(part)
    return true
  }

  static let write: curl_write_callback = { bytes, size, count, context in
    guard let context else { return 0 }
    let receiver = Unmanaged<Receiver>.fromOpaque(context).takeUnretainedValue()
    return receiver.take(UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
  }

  static let progress: curl_xferinfo_callback = { context, total, received, _, _ in
    guard let context else { return 1 }
    let receiver = Unmanaged<Receiver>.fromOpaque(context).takeUnretainedValue()
    receiver.progress(Int(received), total > 0 ? Int(total) : nil)
    return 0
  }
}
