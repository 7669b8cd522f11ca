import Files
import FoundationEssentials
import Glibc
import TestSupport
import Testing

@Suite struct FileLinkTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func linksAreReplacedAndFollowed() throws {
    for name in ["first.safetensors", "second.safetensors"] {
      try folder.write(name, Array(name.utf8))
      try FileLink.point(folder("latest"), at: name)
      #expect(try folder.text("latest") == name)
    }
    #expect(try folder.names(in: "") == ["first.safetensors", "latest", "second.safetensors"])
  }

  /// What `cp -rL` or a file system without links made of a link is replaced too.
  @Test func aCopyInALinksPlaceIsReplaced() throws {
    for name in ["first.safetensors", "second.safetensors"] { try folder.write(name, Array(name.utf8)) }
    try folder.write("latest", Array("first.safetensors\n".utf8))
    #expect(try FileLink.resolve(folder("latest")) == folder("first.safetensors"))
    try FileLink.point(folder("latest"), at: "second.safetensors")
    #expect(try folder.text("latest") == "second.safetensors")
  }

  @Test(arguments: [
    "a/b.safetensors", "x.safetensors\ny.safetensors", "notes", "", ".safetensors", "../x.safetensors\n",
  ])
  func whatNamesNoFileBesideItIsNoLink(_ text: String) throws {
    try folder.write("latest", Array(text.utf8))
    #expect(try FileLink.resolve(folder("latest")) == folder("latest"))
  }

  @Test(arguments: [true, false])
  func aLinkToNothingNamesWhatIsMissing(_ isSymbolic: Bool) throws {
    if isSymbolic {
      #expect(symlink("gone.safetensors", folder("latest")) == 0)
    } else {
      try folder.write("latest", Array("gone.safetensors\n".utf8))
    }
    let error = try #require(throws: FileError.self) { try FileLink.resolve(folder("latest")) }
    #expect(error.kind == .missing && error.message.hasPrefix("points at gone.safetensors, which is not there"))
  }
}
