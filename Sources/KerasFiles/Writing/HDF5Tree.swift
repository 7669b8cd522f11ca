import Tensors

/// What an HDF5 file that we write holds: groups within groups, arrays of numbers, and strings beside them.
struct HDF5Tree {
  /// A thing in a group.
  enum Item {
    case group(HDF5Tree)
    case floats(FloatBuffer, extents: [Int])
    /// A single number.
    case number(Float)
    /// A single whole number of 64 bits.
    case integer(Int64)
  }

  /// What is said of a group.
  enum Attribute {
    case text(String)
    case texts([String])
  }

  /// A thing with its name.
  struct Named {
    let name: String
    var item: Item
  }

  private(set) var items: [Named] = []
  var attributes: [(name: String, value: Attribute)] = []

  /// Puts `item` at `place`, `group/sub/name`, in groups that are made where they are missing.
  mutating func put(_ item: Item, at place: String) {
    var parts = place.split(separator: "/").map(String.init)[...]
    guard let first = parts.popFirst() else { return }
    guard !parts.isEmpty else { return items.append(Named(name: first, item: item)) }
    change(first) { $0.put(item, at: parts.joined(separator: "/")) }
  }

  /// Makes sure that there is a group at `place`, and says something of it.
  mutating func describe(_ place: String, _ name: String, _ value: Attribute) {
    var parts = place.split(separator: "/").map(String.init)[...]
    guard let first = parts.popFirst() else { return attributes.append((name, value)) }
    change(first) { $0.describe(parts.joined(separator: "/"), name, value) }
  }

  private mutating func change(_ name: String, _ body: (inout HDF5Tree) -> Void) {
    let index = items.firstIndex { $0.name == name }
    var group = HDF5Tree()
    if let index, case .group(let found) = items[index].item { group = found }
    body(&group)
    if let index { items[index].item = .group(group) } else { items.append(Named(name: name, item: .group(group))) }
  }
}
