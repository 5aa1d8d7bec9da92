import Foundation
import TestSupport
import Testing

/// Images by address in runs and plans, on libvirt's test driver.
@Suite(.timeLimit(.minutes(5))) struct ImageDownloadTests {
  /// A server with `disk.raw`, a cache and a script.
  private struct Lab {
    let server: ImageServer
    let folder: ScratchFolder
    let disk: [UInt8]
    var download = "retries=0"

    init() throws {
      server = try ImageServer()
      folder = try ScratchFolder()
      var generator = SeededGenerator(seed: 7)
      var bytes = (0..<(1 << 20)).map { _ in UInt8.random(in: 0...255, using: &generator) }
      (bytes[510], bytes[511]) = (0x55, 0xAA)
      disk = bytes
      try server.folder.write("disk.raw", bytes)
    }

    /// Writes a script with an image and a domain on it; returns its path.
    func script(_ path: String, _ properties: String = "") throws -> String {
      try script(source: server.url(path), properties)
    }

    func script(source: String, _ properties: String = "") throws -> String {
      try folder.write(
        "lab.vmscript",
        """
        image base { source = "\(source)" \(properties) }
        domain m { memory = 64MiB, disk { image = base }, state = stopped }
        """)
    }

    /// Further variables of the environment.
    var variables: [String: String] = [:]

    var environment: [String: String] {
      let own = [
        "XDG_CACHE_HOME": folder.file("cache"), "XDG_CONFIG_HOME": folder.file("config"),
        "LIBVIRT_DEFAULT_URI": "test:///default", "no_proxy": "127.0.0.1",
        "VMSCRIPT_DOWNLOAD": download,
      ]
      return own.merging(variables) { $1 }
    }

    func vmscript(_ arguments: String...) throws -> CommandResult {
      try EndToEndTests.vmscript(arguments, environment: environment)
    }

    /// The bytes of an unfinished download.
    var part: UInt64 {
      let cache = folder.file("cache")
      let names = FileManager.default.enumerator(atPath: cache)?.compactMap { $0 as? String } ?? []
      guard let name = names.first(where: { $0.hasSuffix("/part/disk.raw") }) else { return 0 }
      let attributes = try? FileManager.default.attributesOfItem(atPath: "\(cache)/\(name)")
      return attributes?[.size] as? UInt64 ?? 0
    }

    /// The files of images in the cache.
    var images: [String] {
      let names =
        FileManager.default.enumerator(atPath: folder.file("cache"))?
        .compactMap { $0 as? String } ?? []
      return names.filter { $0.contains("/content-") && $0.hasSuffix(".raw") }
    }
  }

  @Test("A run downloads an image once; a plan downloads nothing")
  func runAndPlan() throws {
    let lab = try Lab()
    let script = try lab.script("plain/disk.raw")
    let plan = try lab.vmscript("plan", script)
    #expect(plan.status == 0, "\(plan.errors)")
    #expect(plan.output.contains("+ image  base") && plan.output.contains("download of 1.0MiB"))
    #expect(lab.server.downloads(of: "plain/disk.raw") == 0 && lab.images.isEmpty)
    let document = try JSON(try lab.vmscript("plan", script, "--json").output)
    #expect(document["changes"].items.first?["download"]["size"].text == "1MiB")

    let run = try lab.vmscript("run", script)
    #expect(run.status == 0, "\(run.errors)")
    #expect(
      run.errors.contains("downloading \(lab.server.url("plain/disk.raw")) for the image base"))
    #expect(run.errors.contains("✓ image base  downloaded 1.0MiB"))
    #expect(lab.images.count == 1)
    let again = try lab.vmscript("run", script)
    #expect(again.status == 0 && !again.errors.contains("download"))
    #expect(lab.server.downloads(of: "plain/disk.raw") == 1)
    #expect(try !lab.vmscript("plan", script).output.contains("download"))
  }

  @Test("`check`, `eval` and `xml` use no network")
  func offline() throws {
    let lab = try Lab()
    let script = try lab.script("plain/disk.raw")
    for command in ["check", "eval", "xml"] {
      let result = try lab.vmscript(command, script)
      #expect(result.status == 0, "\(result.errors)")
    }
    #expect(lab.server.requests.isEmpty)
  }

  @Test(
    "A failed download is reported at the source, and nothing is left that counts as an image",
    arguments: [
      ("missing/x.raw", "VM0902"), ("broken/x.raw", "VM0904"), ("circle/x.raw", "VM0908"),
      ("wrong-length/disk.raw", "VM0909"), ("html/x.raw", "VM0913"), ("stall/disk.raw", "VM0910"),
      ("endless/x.raw", "VM0911"),
    ])
  func failure(_ path: String, _ code: String) throws {
    var lab = try Lab()
    lab.download = "retries=0,stall=1s,limit=8MiB"
    let script = try lab.script(path)
    let run = try lab.vmscript("run", script)
    #expect(run.status == 1)
    #expect(run.errors.contains("error[\(code)]") && run.errors.contains("lab.vmscript:1:"))
    #expect(run.errors.contains("nothing was changed"))
    #expect(lab.images.isEmpty)
  }

  @Test("A wrong digest is refused; the right one needs no server afterwards")
  func digest() throws {
    let lab = try Lab()
    let wrong = try lab.script(
      "plain/disk.raw", ", sha256 = \"\(String(repeating: "0", count: 64))\"")
    let refused = try lab.vmscript("run", wrong)
    #expect(refused.status == 1 && refused.errors.contains("VM0914"))
    let found = try #require(
      refused.errors.split(separator: "\n").first { $0.contains("found: ") })
    let digest = found.suffix(64)
    let right = try lab.script("plain/disk.raw", ", sha256 = \"\(digest)\"")
    #expect(try lab.vmscript("run", right).status == 0)
    let requests = lab.server.requests.count
    #expect(try lab.vmscript("run", right).status == 0)
    #expect(lab.server.requests.count == requests)
  }

  @Test("A run that is interrupted in a download keeps the part, and the next one continues it")
  func interrupted() throws {
    let lab = try Lab()
    let script = try lab.script("hold/disk.raw")
    let process = Process()
    process.executableURL = vmscriptBinary
    process.arguments = ["run", script]
    process.environment = ProcessInfo.processInfo.environment.merging(lab.environment) { $1 }
    process.standardError = FileHandle.nullDevice
    try process.run()
    while lab.part < 524_288 { usleep(20_000) }
    process.interrupt()
    process.waitUntilExit()
    #expect(process.terminationStatus == 1 && lab.images.isEmpty)
    let run = try lab.vmscript("run", script)
    #expect(run.status == 0, "\(run.errors)")
    let last = try #require(lab.server.requests.last { $0.hasPrefix("GET ") })
    #expect(last == "GET /hold/disk.raw bytes=524288-")
    #expect(lab.images.count == 1)
  }

  @Test("Two runs at once make one download")
  func together() throws {
    let lab = try Lab()
    let processes = try (0..<2).map { index in
      let script = try lab.folder.write(
        "lab\(index).vmscript", "image base { source = \"\(lab.server.url("slow/disk.raw"))\" }")
      let process = Process()
      process.executableURL = vmscriptBinary
      process.arguments = ["run", script]
      process.environment = ProcessInfo.processInfo.environment.merging(lab.environment) { $1 }
      process.standardError = FileHandle.nullDevice
      try process.run()
      return process
    }
    for process in processes {
      process.waitUntilExit()
      #expect(process.terminationStatus == 0)
    }
    #expect(lab.server.downloads(of: "slow/disk.raw") == 1)
  }

  @Test("A compressed file of this machine is unpacked once, and never touched")
  func local() throws {
    let lab = try Lab()
    try lab.folder.write("disk.raw", lab.disk)
    let packed = try run(
      URL(fileURLWithPath: "/usr/bin/env"), ["xz", "disk.raw"], folder: lab.folder.url)
    try #require(packed.status == 0)
    let script = try lab.script(source: "disk.raw.xz")
    for _ in 0..<2 {
      let result = try lab.vmscript("run", script)
      #expect(result.status == 0, "\(result.errors)")
      #expect(lab.images.count == 1)
    }
    #expect(FileManager.default.fileExists(atPath: lab.folder.file("disk.raw.xz")))
    let wrong = try lab.script(
      source: "disk.raw.xz", ", sha256 = \"\(String(repeating: "0", count: 64))\"")
    let refused = try lab.vmscript("run", wrong)
    #expect(refused.status == 1 && refused.errors.contains("VM0607"), "\(refused.errors)")
    try lab.folder.write("cut.raw.xz", [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0, 0, 4])
    let cut = try lab.vmscript("run", try lab.script(source: "cut.raw.xz"))
    #expect(cut.status == 1 && cut.errors.contains("VM0920"), "\(cut.errors)")
  }

  @Test("The images of a script are downloaded at the same time, each once")
  func several() throws {
    let lab = try Lab()
    let script = try lab.folder.write(
      "many.vmscript",
      """
      image a { source = "\(lab.server.url("slow/disk.raw"))" }
      image b { source = "\(lab.server.url("plain/disk.raw"))" }
      image c { source = "\(lab.server.url("plain/disk.raw"))" }
      image d { source = "\(lab.server.url("missing/x.raw"))" }
      image e { source = "\(lab.server.url("missing/y.raw"))" }
      """)
    let run = try lab.vmscript("run", script)
    #expect(run.status == 1)
    #expect(run.errors.components(separatedBy: "error[VM0902]").count == 3, "\(run.errors)")
    #expect(lab.images.count == 2)
    #expect(lab.server.requests.count { $0.hasPrefix("GET ") } == 4)
  }

  @Test("A limit on the size of files, as a full disk, ends the download with an error")
  func full() throws {
    let lab = try Lab()
    let script = try lab.script("plain/disk.raw")
    let result = try run(
      URL(fileURLWithPath: "/usr/bin/env"),
      ["bash", "-c", "ulimit -f 256; exec \"$0\" \"$@\"", vmscriptBinary.path, "run", script],
      environment: lab.environment)
    #expect(result.status == 1 && result.errors.contains("VM0912"), "\(result.errors)")
    #expect(lab.images.isEmpty)
    #expect(try lab.vmscript("run", script).status == 0)
  }

  @Test("A changed image is seen by a plan, and downloaded by a run")
  func changed() throws {
    let lab = try Lab()
    let script = try lab.script("plain/disk.raw")
    #expect(try lab.vmscript("run", script).status == 0)
    var other = lab.disk
    other[4096] ^= 1
    try lab.server.folder.write("disk.raw", other)
    #expect(try lab.vmscript("plan", script).output.contains("download of 1.0MiB"))
    #expect(try lab.vmscript("run", script).errors.contains("downloaded"))
    #expect(lab.server.downloads(of: "plain/disk.raw") == 2)
  }

  @Test("Credentials of an address appear in no output")
  func credentials() throws {
    let lab = try Lab()
    let source = lab.server.url("auth/disk.raw").replacing("http://", with: "http://user:secret@")
    let script = try lab.script(source: source + "?token=hidden")
    for command in [
      ["plan"], ["plan", "--json"], ["plan", "--verbose"], ["run"], ["run", "--json"],
    ] {
      let result = try EndToEndTests.vmscript(command + [script], environment: lab.environment)
      #expect(result.status == 0, "\(result.errors)")
      #expect(!(result.output + result.errors).contains("secret"))
      #expect(!(result.output + result.errors).contains("hidden"))
    }
    let missing = try lab.script(source: source.replacing("auth", with: "missing"))
    let failed = try lab.vmscript("run", missing)
    #expect(failed.status == 1)
    let report = failed.errors.split(separator: "\n").filter { !$0.contains("│") }
    #expect(!report.joined().contains("secret"))
  }

  @Test("A name of the user's catalogue is downloaded; an unknown one has a suggestion")
  func catalogue() throws {
    let lab = try Lab()
    try lab.folder.write(
      "config/vmscript/catalog.yaml", "lab:1:\n  url: \(lab.server.url("plain/disk.raw"))\n")
    let run = try lab.vmscript("run", try lab.script(source: "lab:1"))
    #expect(run.status == 0, "\(run.errors)")
    let unknown = try lab.vmscript("plan", try lab.script(source: "debain:12"))
    #expect(unknown.status == 1 && unknown.errors.contains("VM0922"))
    #expect(unknown.errors.contains("did you mean `debian:12`?"))
    let listed = try lab.vmscript("image", "catalog")
    #expect(listed.output.contains("debian:12") && listed.output.contains("lab:1"))
  }

  @Test("Credentials come from the user's `.netrc`, and no output shows them")
  func credentialsOfAFile() throws {
    var lab = try Lab()
    let script = try lab.script("auth/disk.raw")
    lab.variables["HOME"] = lab.folder.path
    let refused = try lab.vmscript("run", script)
    #expect(refused.status == 1 && refused.errors.contains(".netrc"), "\(refused.errors)")
    try lab.folder.write(".netrc", "machine 127.0.0.1 login user password secret\n")
    chmod(lab.folder.file(".netrc"), 0o600)
    let run = try lab.vmscript("run", script)
    #expect(run.status == 0, "\(run.errors)")
    #expect(!(run.errors + run.output).contains("secret"))
    #expect(lab.images.count == 1)
  }

  @Test("Downloads go through the proxy of the environment")
  func proxy() throws {
    var lab = try Lab()
    lab.variables = ["http_proxy": lab.server.url(""), "no_proxy": ""]
    let run = try lab.vmscript(
      "run", try lab.script(source: "http://images.example/plain/disk.raw"))
    #expect(run.status == 0, "\(run.errors)")
    #expect(lab.server.downloads(of: "plain/disk.raw") == 1)
    lab.variables["http_proxy"] = "http://127.0.0.1:1"
    let unreachable = try lab.vmscript(
      "run", try lab.script(source: "http://images.example/plain/other.raw"))
    #expect(unreachable.status == 1, "\(unreachable.errors)")
  }

  @Test("`image` pulls, lists, cleans and removes")
  func commands() throws {
    let lab = try Lab()
    let source = lab.server.url("plain/disk.raw")
    #expect(try lab.vmscript("image", "list").errors == "there are no images in the cache\n")
    let pulled = try lab.vmscript("image", "pull", source)
    #expect(pulled.status == 0, "\(pulled.errors)")
    let path = pulled.output.trimmingCharacters(in: .newlines)
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data(lab.disk))
    let listed = try lab.vmscript("image", "list")
    #expect(listed.output.contains(source) && listed.output.contains("raw"))
    let document = try JSON(try lab.vmscript("image", "list", "--json").output)
    #expect(document.items.first?["size"].text == "1MiB")
    #expect(document.items.first?["images"].int == 0)

    #expect(try lab.vmscript("image", "gc").errors == "nothing to remove\n")
    let hostless = try lab.vmscript(
      "image", "gc", "--days", "0", "--connect", "qemu+unix:///system?socket=/none")
    #expect(hostless.status == 0 && hostless.errors.contains("warning"), "\(hostless.errors)")
    #expect(lab.images.count == 1)
    let dry = try lab.vmscript("image", "gc", "--days", "0", "--dry-run")
    #expect(dry.output == source + "\n" && lab.images.count == 1)
    #expect(try lab.vmscript("image", "gc", "--days", "0").output == source + "\n")
    #expect(lab.images.isEmpty)

    #expect(try lab.vmscript("image", "pull", source).status == 0)
    #expect(try lab.vmscript("image", "rm", source).output == source + "\n")
    let unknown = try lab.vmscript("image", "rm", source)
    #expect(unknown.status == 1 && unknown.errors.contains("VM0926"))
    let failed = try lab.vmscript("image", "pull", lab.server.url("missing/x.raw"))
    #expect(failed.status == 1 && failed.errors.contains("VM0902"))
  }
}
