import Foundation
import TestSupport
import Testing
import VMScriptPlan
import VMScriptSyntax

@testable import VMScriptImages

@Suite(.timeLimit(.minutes(5))) struct DownloadTests {
  @Test(
    "A download has the content of the server",
    arguments: ["plain", "redirect", "busy", "no-length", "unvalidated"])
  func whole(_ behaviour: String) async throws {
    let fixture = try ImageFixture()
    #expect(try await fixture.pull("\(behaviour)/disk.raw") == fixture.disk)
  }

  @Test("A download that is cut in the middle continues after the received part")
  func resumes() async throws {
    let fixture = try ImageFixture()
    #expect(try await fixture.pull("cut/disk.raw") == fixture.disk)
    let ranges = fixture.server.requests.map { $0.split(separator: " ").last.map(String.init) }
    #expect(ranges == ["-", "bytes=524288-"])
  }

  @Test("An attempt waits as long as a busy server asks")
  func waits() async throws {
    var fixture = try ImageFixture()
    fixture.cache.policy.pauses = [0.01]
    #expect(try await fixture.pull("busy-for-a-second/disk.raw") == fixture.disk)
    #expect(await fixture.failure("busy-for-long/disk.raw") != nil)
    #expect(fixture.server.downloads(of: "busy-for-long/disk.raw") == 1)
  }

  @Test("Attempts that receive nothing end after the last pause")
  func ends() async throws {
    let fixture = try ImageFixture()
    #expect(await fixture.failure("always-cut/disk.raw") == 909)
    #expect(fixture.server.downloads(of: "always-cut/disk.raw") == 3)
  }

  @Test("Without an ETag or a date, a cut download starts again")
  func restarts() async throws {
    var fixture = try ImageFixture()
    fixture.cache.policy.pauses = []
    #expect(await fixture.failure("wrong-length/disk.raw") == 909)
    #expect(await fixture.failure("wrong-length/disk.raw") == 909)
    let ranges = fixture.server.requests.map { $0.split(separator: " ").last.map(String.init) }
    #expect(ranges == ["-", "-"])
    #expect(await !fixture.hasImages())
  }

  @Test("The next download continues the part of one that failed, unless the content changed")
  func continues() async throws {
    var fixture = try ImageFixture()
    fixture.cache.policy.pauses = []
    #expect(await fixture.failure("cut-twice/disk.raw") == 909)
    #expect(await !fixture.hasImages())
    #expect(await fixture.cache.contents().first?.part == 524_288)
    let other = ImageFixture.disk(size: 1 << 20, seed: 2)
    try fixture.server.folder.write("disk.raw", other)
    #expect(await fixture.failure("cut-twice/disk.raw") == 909)
    #expect(await fixture.cache.contents().first?.part == 524_288)
    #expect(try await fixture.pull("cut-twice/disk.raw") == other)
    let ranges = fixture.server.requests.map { $0.split(separator: " ").last.map(String.init) }
    #expect(ranges == ["-", "bytes=524288-", "bytes=524288-"])
  }

  @Test(
    "Each failure has its message and leaves no image",
    arguments: [
      ("missing/x.raw", 902), ("plain/absent.raw", 902), ("forbidden/x.raw", 903),
      ("auth/disk.raw", 903), ("broken/x.raw", 904), ("circle/x.raw", 908),
      ("redirect-to-file/x.raw", 908), ("stall/disk.raw", 910), ("html/x.raw", 913),
      ("html-as-image/x.raw", 913), ("plain/text.raw", 605), ("plain/short.qcow2", 603),
      ("plain/empty.raw", 602), ("plain/misnamed.qcow2", 632),
    ])
  func failure(_ path: String, code: Int) async throws {
    var fixture = try ImageFixture()
    fixture.cache.policy.pauses = []
    try fixture.server.folder.write("text.raw", "just text\n")
    try fixture.server.folder.write("empty.raw", "")
    try fixture.server.folder.write("misnamed.qcow2", fixture.disk)
    let header: [UInt8] = [0x51, 0x46, 0x49, 0xFB, 0, 0, 0, 3]
    try fixture.server.folder.write("short.qcow2", header + [UInt8](repeating: 0, count: 40))
    #expect(await fixture.failure(path) == code)
    #expect(await !fixture.hasImages())
  }

  @Test("An answer without an end is stopped at the limit, and its part removed")
  func endless() async throws {
    var fixture = try ImageFixture()
    fixture.cache.policy.maximumSize = 4 << 20
    #expect(await fixture.failure("endless/x.raw") == 911)
    let contents = await fixture.cache.contents()
    #expect(contents.allSatisfy { $0.entry == nil && ($0.part ?? 0) == 0 })
  }

  @Test("A refused connection and an unknown host have different messages")
  func unreachable() async throws {
    let fixture = try ImageFixture()
    func code(_ address: String) async -> Int? {
      do {
        _ = try await fixture.cache.pull(address)
        return nil
      } catch { return error.code.number }
    }
    #expect(await code("http://127.0.0.1:1/x.raw") == 906)
    #expect(await code("http://images.invalid/x.raw") == 905)
    #expect(await code("ftp://images.invalid/x.raw") == 901)
    #expect(await code("https:///x.raw") == 901)
    #expect(await code("https://a b/x.raw") == 901)
  }

  @Test("A certificate of an unknown authority is refused")
  func insecure() async throws {
    let fixture = try ImageFixture(isSecure: true)
    #expect(await fixture.failure("plain/disk.raw") == 907)
    #expect(fixture.server.requests.isEmpty)
  }

  @Test("Credentials in an address are used, and never shown or stored")
  func credentials() async throws {
    let fixture = try ImageFixture()
    let address = fixture.server.url("auth/disk.raw").replacing(
      "http://", with: "http://user:secret@")
    let image = try await fixture.cache.pull(address + "?token=hidden").image
    #expect(image.entry?.address.contains("user:…@127.0.0.1") == true)
    let record = try String(contentsOfFile: image.folder.path + "/entry.json", encoding: .utf8)
    #expect(!record.contains("secret") && !record.contains("hidden"))
    do {
      _ = try await fixture.cache.pull(address.replacing("auth", with: "missing"))
      Issue.record("no failure")
    } catch { #expect(!"\(error)".contains("secret")) }
  }

  @Test("A cancelled download keeps its part, and the next one continues it")
  func cancelled() async throws {
    var fixture = try ImageFixture()
    fixture.cache.policy.stallSeconds = 600
    let running = fixture
    let task = Task { await running.failure("hold/disk.raw") }
    while ((await fixture.cache.contents().first?.part) ?? 0) < 524_288 {
      try await Task.sleep(for: .milliseconds(20))
    }
    task.cancel()
    #expect(await task.value == 915)
    #expect(await !fixture.hasImages())
    #expect(await fixture.cache.contents().first?.part == 524_288)
    #expect(try await fixture.pull("hold/disk.raw") == fixture.disk)
    #expect(fixture.server.requests.last == "GET /hold/disk.raw bytes=524288-")
  }

  @Test("Two downloads of one image at once are one for the server")
  func once() async throws {
    let fixture = try ImageFixture()
    let both = await withTaskGroup(of: [UInt8]?.self) { group in
      for _ in 0..<4 { group.addTask { try? await fixture.pull("slow/disk.raw") } }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(both == Array(repeating: fixture.disk, count: 4))
    #expect(fixture.server.downloads(of: "slow/disk.raw") == 1)
  }

  @Test("A full file system ends the download, and its part is removed")
  func full() async throws {
    var fixture = try ImageFixture()
    // All space is reserved, as on a full file system.
    fixture.cache.policy.reserve = .max / 2
    #expect(await fixture.failure("plain/disk.raw") == 912)
    #expect(await fixture.failure("no-length/disk.raw") == 912)
    let contents = await fixture.cache.contents()
    #expect(contents.allSatisfy { $0.entry == nil && ($0.part ?? 0) == 0 })
  }
}
