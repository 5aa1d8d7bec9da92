import Testing

@testable import VMScriptPlan
@testable import VMScriptRuntime

@Suite struct VolumeInventoryTests {
  private let key = ImageKey(sha256: "ab", format: "qcow2", size: nil)

  private func name(_ stack: String, _ role: VolumeName.Role, _ suffix: String = "qcow2") throws
    -> String
  {
    try VolumeName(stack: stack, owner: "debian", role: role, extension: suffix).fileName
  }

  private func volume(_ name: String, on backing: String? = nil) -> VolumeInventory.Volume {
    .init(name: name, path: "/pool/" + name, backingPath: backing.map { "/pool/" + $0 })
  }

  @Test func aBaseWithoutAPinIsALeftoverAndNeverUsed() throws {
    let base = try name("lab", .base(key: key.text, nonce: "1"))
    let inventory = VolumeInventory(volumes: [volume(base)])
    #expect(inventory.completeBase(for: key) == nil)
    #expect(inventory.leftovers(of: "lab").map(\.name) == [base])
    #expect(inventory.leftovers(of: "other").isEmpty)
  }

  @Test func aPinOfAnotherStackCompletesAndKeepsTheBase() throws {
    let base = try name("lab", .base(key: key.text, nonce: "1"))
    let pin = try name("other", .pin(key: key.text, nonce: "1"), "pin")
    let inventory = VolumeInventory(volumes: [volume(base), volume(pin)])
    #expect(inventory.completeBase(for: key)?.name == base)
    #expect(inventory.leftovers(of: "lab").isEmpty)
    #expect(inventory.refusalToRemove(base) == .pinned(by: ["other"]))
    #expect(inventory.refusalToRemove(pin) == nil)
  }

  @Test func theHalfWrittenOneOfTwoUploadsIsNotTaken() throws {
    let half = try name("lab", .base(key: key.text, nonce: "1"))
    let whole = try name("lab", .base(key: key.text, nonce: "2"))
    let pin = try name("lab", .pin(key: key.text, nonce: "2"), "pin")
    let inventory = VolumeInventory(volumes: [half, whole, pin].map { volume($0) })
    #expect(inventory.completeBase(for: key)?.name == whole)
    #expect(inventory.leftovers(of: "lab").map(\.name) == [half])
  }

  @Test(arguments: [
    (4096, 7, true), (4095, 7, false), (4096, 8, false), (nil, nil, true), (nil, 8, false),
  ])
  func aBaseInAnotherStateThanRecordedIsNeverUsed(
    length: Int64?, modified: Int64?, isUsed: Bool
  ) throws {
    let record = UploadRecord(size: 4096, modified: 7, sha256: String(repeating: "0", count: 64))
    let base = try name("lab", .base(key: key.text, nonce: "1"))
    let pin = try name("other", .pin(key: key.text, nonce: "1", record: record), "pin")
    let found = VolumeInventory.Volume(
      name: base, path: "/pool/" + base, length: length, modified: modified)
    let inventory = VolumeInventory(volumes: [found, volume(pin)])
    #expect(inventory.completeBase(for: key)?.name == (isUsed ? base : nil))
    #expect(inventory.isChanged(found) != isUsed)
    // It is for the stack that wants it to let go of it.
    #expect(inventory.refusalToRemove(base) == .pinned(by: ["other"]))
    #expect(inventory.record(key: key.text, nonce: "1") == record)
  }

  @Test func theStateOfAFileIsReadAsLibvirtWritesIt() throws {
    func description(_ time: String) throws -> VolumeDescription {
      try VolumeDescription(
        xml: """
          <volume><physical unit='bytes'>196616</physical><target><timestamps>\
          <mtime>\(time)</mtime></timestamps></target></volume>
          """, at: "/pool/x")
    }
    #expect(try description("1700000000.000000042").modified == 1_700_000_000_000_000_042)
    #expect(try description("1700000000").modified == 1_700_000_000_000_000_000)
    #expect(try description("soon").modified == nil)
    #expect(try description("1").length == 196_616)
  }

  @Test func usedAndForeignVolumesAreKept() throws {
    let base = try name("lab", .base(key: key.text, nonce: "1"))
    let disk = try name("lab", .disk("disk1"))
    let inventory = VolumeInventory(
      volumes: [volume(base), volume(disk, on: base), volume("mine.qcow2")],
      users: ["/pool/" + disk: ["web"]])
    #expect(inventory.refusalToRemove(base) == .hasOverlays([disk]))
    #expect(inventory.refusalToRemove(disk) == .usedByDomain(["web"]))
    #expect(inventory.refusalToRemove("mine.qcow2") == .notOwned)
    #expect(inventory.refusalToRemove("none") == nil)
    #expect(inventory.leftovers(of: "lab").isEmpty)
  }

  @Test func namesAreEscapedInXML() {
    var xml = VolumeXML(name: "a<b&\"", format: .qcow2, capacity: 1 << 20, allocation: 0)
    xml.backing = ("/pool/<base>", .raw)
    let text = xml.text()
    #expect(text.contains("a&lt;b&amp;"))
    #expect(text.contains("/pool/&lt;base&gt;"))
    #expect(text.contains("<capacity unit='bytes'>1048576</capacity>"))
  }
}

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
