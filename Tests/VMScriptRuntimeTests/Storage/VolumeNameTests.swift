import Testing

@testable import VMScriptPlan
@testable import VMScriptRuntime

@Suite struct VolumeNameTests {
  private static let roles: [VolumeName.Role] = [
    .image, .base(key: "0123456789abcdef", nonce: "00ff00ff"),
    .pin(key: "0123456789abcdef", nonce: "00ff00ff"), .seed(content: "01020304"), .disk("data"),
    .pin(
      key: "0123456789abcdef", nonce: "00ff00ff",
      record: UploadRecord(
        size: .max, modified: 1_700_000_000_123_456_789, sha256: String(repeating: "a", count: 64))),
  ]

  @Test(arguments: roles)
  func everyRoleIsReadBack(role: VolumeName.Role) throws {
    let name = try VolumeName(stack: "lab", owner: "web.example", role: role, extension: "qcow2")
    let read = try #require(VolumeName(parsing: name.fileName))
    #expect(read == name)
    #expect(read.stack == "lab")
    #expect(read.owner == "web.example")
    #expect(read.role == role)
  }

  @Test(arguments: [
    "debian.qcow2", "lab.web.disk1.00000000.qcow2", "lab..disk1.00000000.qcow2", "", "....",
  ])
  func foreignNamesHaveNoOwner(name: String) {
    #expect(VolumeName(parsing: name) == nil)
  }

  @Test func aRenamedVolumeHasNoOwner() throws {
    let name = try VolumeName(stack: "lab", owner: "web", role: .disk("disk1"), extension: "qcow2")
    #expect(VolumeName(parsing: "other" + name.fileName.dropFirst(3)) == nil)
  }

  @Test(arguments: ["../../etc", "a/b", "<x>", "quote\"'", "line\nbreak", "ü", "a b", "100%"])
  func unfitOwnersAreEscaped(owner: String) throws {
    let name = try VolumeName(stack: "lab", owner: owner, role: .disk(owner), extension: "raw")
    #expect(!name.fileName.contains("/"))
    #expect(name.fileName.utf8.allSatisfy { $0 > 32 && $0 < 127 && $0 != 34 && $0 != 60 })
    #expect(VolumeName(parsing: name.fileName) == name)
  }

  @Test func longOwnersFitAndStayApart() throws {
    let long = String(repeating: "ü", count: 300)
    let one = try VolumeName(stack: "lab", owner: long + "1", role: .disk("d"), extension: "qcow2")
    let two = try VolumeName(stack: "lab", owner: long + "2", role: .disk("d"), extension: "qcow2")
    #expect(one.fileName.utf8.count <= VolumeName.maximumLength)
    #expect(one != two)
    #expect(VolumeName(parsing: one.fileName) == one)
  }

  @Test(arguments: ["image", "seed-1", "base-a-b", "pin-a-b"])
  func theLabelOfADiskIsNoOtherRole(label: String) throws {
    let name = try VolumeName(stack: "lab", owner: "x", role: .disk(label), extension: "qcow2")
    guard case .disk = try #require(VolumeName(parsing: name.fileName)).role else {
      Issue.record("\(name.fileName) is read as another role")
      return
    }
  }

  @Test(arguments: ["", "a.b", "a/b", "ä", String(repeating: "a", count: 65)])
  func unfitStacksAreRefused(stack: String) {
    #expect(throws: StorageFailure.unfitStackName(stack)) {
      try VolumeName(stack: stack, owner: "x", role: .image, extension: "raw")
    }
  }
}
