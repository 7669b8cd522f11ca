/// Where the decoded samples of files are kept. It changes no sample, and so no bit.
public enum CacheMode: String, Codable, Sendable, CaseIterable {
  /// In memory, once for the processes of a host.
  case memory
  /// In a file in the cache folder, which further runs find there; the host's processes map it.
  case disk
  /// Nowhere: they are decoded for each step, ahead of it.
  case nowhere = "none"
}
