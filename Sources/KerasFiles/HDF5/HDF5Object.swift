/// An object of an HDF5 file, a group or an array: the messages of its header ("HDF5 File Format Specification", IV.A).
struct HDF5Object {
  /// The kinds of messages that we look at.
  enum Kind: Int {
    case dataspace = 0x01
    case linkInfo = 0x02
    case datatype = 0x03
    case link = 0x06
    case externalFiles = 0x07
    case layout = 0x08
    case filters = 0x0B
    case attribute = 0x0C
    case continuation = 0x10
    case symbolTable = 0x11
    case attributeInfo = 0x15
  }

  /// One message: where its data lie.
  struct Message {
    let kind: Kind
    let offset: Int
    let count: Int
  }

  let messages: [Message]

  /// Bounds the work on a hostile file.
  private static let mostBlocks = 1 << 10
  private static let mostMessages = 1 << 16

  /// Reads the header at `address`, in either of its versions.
  init(_ bytes: HDF5Bytes, at address: Int) throws(HDF5Error) {
    var reading = Reading(bytes)
    if try bytes.slice(address, 4).elementsEqual("OHDR".utf8) {
      try reading.readSecondVersion(address)
    } else {
      try reading.readFirstVersion(address)
    }
    messages = reading.messages
  }

  /// The first message of a kind.
  func first(_ kind: Kind) -> Message? { messages.first { $0.kind == kind } }

  private struct Reading {
    let bytes: HDF5Bytes
    var messages: [Message] = []
    private var blocks: [(offset: Int, count: Int)] = []
    private var messageCount = 0

    init(_ bytes: HDF5Bytes) {
      self.bytes = bytes
    }

    mutating func readFirstVersion(_ address: Int) throws(HDF5Error) {
      guard try bytes.number(address, bytes: 1) == 1 else {
        throw HDF5Error(offset: address, message: "has no header of an object here: it is damaged")
      }
      blocks = [(address + 16, try bytes.number(address + 8, bytes: 4))]
      try readBlocks { (reading, block) throws(HDF5Error) in
        var (offset, end) = (block.offset, block.offset + block.count)
        while end - offset >= 8 {
          let (kind, count) = (
            try reading.bytes.number(offset, bytes: 2), try reading.bytes.number(offset + 2, bytes: 2)
          )
          try reading.add(
            kind, flags: try reading.bytes.number(offset + 4, bytes: 1), offset: offset + 8, count: count, end: end)
          offset += 8 + count
        }
        end = offset
      }
    }

    mutating func readSecondVersion(_ address: Int) throws(HDF5Error) {
      let flags = try bytes.number(address + 5, bytes: 1)
      var start = address + 6
      if flags & 0x20 != 0 { start += 16 }  // times
      if flags & 0x10 != 0 { start += 4 }  // how many attributes are compact
      let width = 1 << (flags & 3)
      blocks = [(start + width, try bytes.number(start, bytes: width))]
      let own = start + width
      let header = flags & 0x04 != 0 ? 6 : 4
      try readBlocks { (reading, block) throws(HDF5Error) in
        var (offset, end) = (block.offset, block.offset + block.count)
        if block.offset != own {
          // A further block has its signature in front and a checksum behind.
          try reading.bytes.expect("OCHK", at: offset)
          offset += 4
          end -= 4
        }
        while end - offset >= header {
          let (kind, count) = (
            try reading.bytes.number(offset, bytes: 1), try reading.bytes.number(offset + 1, bytes: 2)
          )
          try reading.add(
            kind, flags: try reading.bytes.number(offset + 3, bytes: 1), offset: offset + header, count: count, end: end
          )
          offset += header + count
        }
      }
    }

    private mutating func readBlocks(
      _ body: (inout Reading, (offset: Int, count: Int)) throws(HDF5Error) -> Void
    ) throws(HDF5Error) {
      var next = 0
      while next < blocks.count {
        _ = try bytes.slice(blocks[next].offset, blocks[next].count)
        try body(&self, blocks[next])
        next += 1
      }
    }

    private mutating func add(_ kind: Int, flags: Int, offset: Int, count: Int, end: Int) throws(HDF5Error) {
      messageCount += 1
      guard count <= end - offset, messageCount <= HDF5Object.mostMessages else {
        throw HDF5Error(offset: offset, message: "has a message of \(count) bytes here: it is damaged")
      }
      // What is shared with other objects is kept elsewhere; Keras has nothing like that.
      guard let kind = Kind(rawValue: kind), flags & 0x02 == 0 else { return }
      guard kind == .continuation else {
        messages.append(Message(kind: kind, offset: offset, count: count))
        return
      }
      guard blocks.count < HDF5Object.mostBlocks else {
        throw HDF5Error(offset: offset, message: "has more blocks of a header than any object: it is damaged")
      }
      blocks.append((try bytes.address(offset), try bytes.address(offset + 8)))
    }
  }
}

// MARK: - Groups

extension HDF5Object {
  /// The objects in the group, by name; nil where the object is no group. Links that lead elsewhere are left out.
  ///
  /// - Parameter limit: how many there may be.
  func entries(_ bytes: HDF5Bytes, atMost limit: Int) throws(HDF5Error) -> [String: Int]? {
    if let table = first(.symbolTable) {
      return try Self.entries(
        bytes, tree: try bytes.address(table.offset), heap: try bytes.address(table.offset + 8), atMost: limit)
    }
    guard let info = first(.linkInfo) else { return nil }
    let heap = info.offset + (try bytes.number(info.offset + 1, bytes: 1) & 1 != 0 ? 10 : 2)
    guard try bytes.address(heap) == HDF5Bytes.undefined else {
      throw HDF5Error(
        offset: info.offset, message: "has a group in HDF5's newer form, which is not supported: save it with Keras")
    }
    var entries: [String: Int] = [:]
    for message in messages where message.kind == .link {
      if let link = try Self.link(bytes, message) { entries[link.name] = link.address }
    }
    return entries
  }

  /// A link to an object of the file; nil for one that leads elsewhere.
  private static func link(
    _ bytes: HDF5Bytes, _ message: Message
  ) throws(HDF5Error) -> (name: String, address: Int)? {
    let flags = try bytes.number(message.offset + 1, bytes: 1)
    var offset = message.offset + 2
    if flags & 0x08 != 0 {
      guard try bytes.number(offset, bytes: 1) == 0 else { return nil }
      offset += 1
    }
    if flags & 0x04 != 0 { offset += 8 }
    if flags & 0x10 != 0 { offset += 1 }
    let width = 1 << (flags & 3)
    let count = try bytes.number(offset, bytes: width)
    let name = try bytes.slice(offset + width, min(count, message.count))
    return (String(decoding: name, as: UTF8.self), try bytes.address(offset + width + name.count))
  }

  /// A group of the older form: a tree of nodes with the places of names, which stand in a heap.
  private static func entries(
    _ bytes: HDF5Bytes, tree: Int, heap: Int, atMost limit: Int
  ) throws(HDF5Error) -> [String: Int] {
    try bytes.expect("HEAP", at: heap)
    let (names, size) = (try bytes.address(heap + 24), try bytes.address(heap + 8))
    var entries: [String: Int] = [:]
    var open = [tree]
    var nodes = 0
    while let node = open.popLast() {
      nodes += 1
      guard nodes <= limit else { throw HDF5Error(offset: node, message: "has a group of more than \(limit) nodes") }
      if try bytes.slice(node, 4).elementsEqual("SNOD".utf8) {
        for index in 0..<(try bytes.number(node + 6, bytes: 2)) {
          let entry = node + 8 + 40 * index
          let (name, object) = (try bytes.address(entry), try bytes.address(entry + 8))
          guard try bytes.number(entry + 16, bytes: 4) != 2 else { continue }  // a link to a name
          guard name < size else {
            throw HDF5Error(offset: entry, message: "has a name outside of its heap: it is damaged")
          }
          entries[try bytes.text(names + name, atMost: size - name)] = object
        }
      } else {
        try bytes.expect("TREE", at: node)
        for index in (0..<(try bytes.number(node + 6, bytes: 2))).reversed() {
          open.append(try bytes.address(node + 32 + 16 * index))
        }
      }
    }
    guard entries.count <= limit else {
      throw HDF5Error(offset: tree, message: "has a group of more than \(limit) entries")
    }
    return entries
  }
}
