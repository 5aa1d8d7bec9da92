import Foundation
import Testing

extension HostTests {
  /// Faults put into a host by hand, each named by `doctor`, and by the start that it prevents.
  @Suite struct DoctorTests {
    @Test func aHostThatLacksNothingIsFit() async throws {
      try await Host.run { host in
        let report = try await host.doctor()
        #expect(report.status == 0)
        #expect(report.errors == [])
        #expect(report.status(of: "network") == ["ok"])
        #expect(report.status(of: "folders") == ["ok"])
        #expect(report.status(of: "packet filter") == ["ok"])
      }
    }

    @Test func missingObjectsAreNamed() async throws {
      try await Host.run { host in
        try await host.virsh("pool-destroy", "default")
        #expect(try await host.doctor().errors == ["the storage pool `default` is not active"])
        try await host.virsh("pool-undefine", "default")
        #expect(try await host.doctor().errors == ["there is no storage pool `default`"])
        try await host.virsh("net-destroy", "default")
        #expect(try await host.doctor().errors.last == "the network `default` is not active")
        try await host.virsh("net-undefine", "default")
        #expect(try await host.doctor().errors.last == "there is no network `default`")
      }
    }

    @Test func missingProgramsAreNamed() async throws {
      try await Host.run { host in
        let script = try host.file(
          "programs.vmscript",
          """
          net lab { subnet = 10.61.0.0/24 }
          domain web { memory = 64MiB, disk { size = 1MiB } customize { hostname = "web" } nic { net = lab } }
          """)
        // A file that cannot be executed hides the program from libvirtd, and from no one else.
        for program in ["dnsmasq", "iptables", "qemu-img"] {
          let path = try await Subprocess.run("which", [program]).output
            .trimmingCharacters(in: .whitespacesAndNewlines)
          try await host.inside("mount", "--bind", "/dev/null", path)
        }
        let general = try await host.doctor()
        #expect(general.status == 0)
        #expect(general.status(of: "dnsmasq") == ["absent"])
        let report = try await host.doctor(script, environment: ["PATH": "/nowhere"])
        #expect(
          report.errors == [
            "`iptables` is not installed", "`qemu-img` is not installed",
            "`dnsmasq` is not installed", "`virt-customize` is not installed",
          ])
      }
    }

    @Test func aFolderThatGuestsCannotEnterIsNamedByDoctorAndByTheStart() async throws {
      try await Host.run { host in
        try Data(
          """
          stdio_handler = "file"
          security_driver = "none"
          user = "nobody"
          group = "nogroup"
          remember_owner = 0
          namespaces = []
          cgroup_controllers = []

          """.utf8
        ).write(to: URL(fileURLWithPath: host.folder + "/etc/qemu.conf"))
        // Without a usable device, the host hides it from libvirtd.
        let hasKVM = access("/dev/kvm", R_OK | W_OK) == 0
        if hasKVM {
          let closed = try host.file("kvm", "")
          try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: closed)
          try await host.inside("mount", "--bind", closed, "/dev/kvm")
        }
        try await host.restart()
        if hasKVM {
          let demanding = try host.file("kvm.vmscript", "domain fast { hypervisor = kvm }")
          #expect(
            try await host.doctor(demanding).errors.contains(
              "QEMU's user `nobody` cannot open `/dev/kvm`"))
        }
        let script = try host.file(
          "folder.vmscript", "domain web { memory = 64MiB, disk { size = 1MiB } }")
        try await host.json(["run", script])
        try await host.vmscript(["-e", "stop \"web\" force"])
        try FileManager.default.setAttributes(
          [.posixPermissions: 0o750], ofItemAtPath: host.poolFolder)
        let fault = "QEMU's user `nobody` cannot enter the folder `\(host.poolFolder)`"
        #expect(try await host.doctor(script).errors == [fault])
        let start = try await host.vmscript(["-e", "start \"web\""])
        #expect(start.status == 1)
        #expect(start.errors.contains(fault), "\(start.errors)")
        #expect(start.errors.contains("chmod o+x \(host.poolFolder)"))
        try FileManager.default.setAttributes(
          [.posixPermissions: 0o751], ofItemAtPath: host.poolFolder)
        #expect(try await host.doctor(script).errors == [])
        #expect(try await host.vmscript(["-e", "start \"web\""]).status == 0)
      }
    }

    @Test func aRouteAndABridgeInTheWayAreNamedByDoctorAndByTheStart() async throws {
      try await Host.run { host in
        let script = try host.file("net.vmscript", "net lab { subnet = 10.62.0.0/24 }")
        try await host.inside("ip", "link", "add", "uplink", "type", "bridge")
        try await host.inside("ip", "link", "set", "uplink", "up")
        try await host.inside("ip", "route", "add", "10.62.0.0/24", "dev", "uplink")
        let clash = "the subnet 10.62.0.0/24 of the network `lab` overlaps a route of the host"
        #expect(try await host.doctor(script).errors == [clash])
        let blocked = try await host.vmscript(["run", script])
        #expect(blocked.status == 1)
        #expect(blocked.errors.contains(clash), "\(blocked.errors)")
        try await host.inside("ip", "route", "del", "10.62.0.0/24", "dev", "uplink")

        let named = try host.file(
          "bridge.vmscript", "net other { subnet = 10.63.0.0/24, bridge = \"virbrlab\" }")
        try await host.inside("ip", "link", "add", "virbrlab", "type", "bridge")
        let left = "the bridge `virbrlab` belongs to no active network"
        #expect(try await host.doctor(named).findings.contains(left))
        let again = try await host.vmscript(["run", named, "--yes"])
        #expect(again.status == 1)
        #expect(again.errors.contains(left), "\(again.errors)")
        try await host.inside("ip", "link", "delete", "virbrlab")
        try await host.json(["run", named, "--yes"])
        #expect(try await host.doctor(named).findings == [])
      }
    }

    @Test func aFullPoolAndAnUnusableKVMAreNamed() async throws {
      try await Host.run { host in
        try await host.inside("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", host.poolFolder)
        try await host.virsh("pool-refresh", "default")
        #expect(
          try await host.doctor().errors
            == ["the storage pool `default` has only 8MiB of free space"])
        try await host.inside("umount", host.poolFolder)
        try await host.virsh("pool-refresh", "default")
        // Without a usable device, the host hides it from libvirtd.
        guard access("/dev/kvm", R_OK | W_OK) == 0 else { return }
        let script = try host.file("kvm.vmscript", "domain web { hypervisor = kvm }")
        try await host.inside("mount", "--bind", "/dev/null", "/dev/kvm")
        #expect(
          try await host.doctor(script).errors
            == ["`/dev/kvm` exists, but the kernel cannot create a virtual machine"])
        #expect(try await host.doctor().status == 0)
      }
    }

    @Test func anotherMachineIsCheckedAsFarAsLibvirtReports() async throws {
      try await Host.run { host in
        // Another host name makes this machine another one.
        let result = try await Subprocess.run(
          "unshare",
          [
            "--uts", "sh", "-c", "hostname elsewhere && exec \"$0\" \"$@\"", vmscriptBinary.path,
            "doctor", "--connect", host.uri,
          ])
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.contains("✓ pool"))
        #expect(result.output.contains("checks that must run on the host: socket, KVM"))
        #expect(!result.output.contains("folders  "))
      }
    }

    @Test func aMissingEmulatorIsNamed() async throws {
      try await Host.run { host in
        let path = try await Subprocess.run("which", ["qemu-system-x86_64"]).output
          .trimmingCharacters(in: .whitespacesAndNewlines)
        try await host.inside("mount", "--bind", "/dev/null", path)
        #expect(try await host.doctor().errors == ["the host has no emulator for `x86_64`"])
      }
    }

    @Test func aUserWithoutRightsOnTheSocketIsNamed() async throws {
      let asNobody = ["--reuid=65534", "--regid=65534", "--clear-groups", vmscriptBinary.path]
      // A checkout may be in a folder of its user alone.
      guard try await Subprocess.run("setpriv", asNobody + ["--version"]).status == 0 else {
        return
      }
      try await Host.run { host in
        try FileManager.default.setAttributes(
          [.posixPermissions: 0o600], ofItemAtPath: host.folder + "/run/libvirt-sock")
        let result = try await Subprocess.run(
          "setpriv", asNobody + ["doctor", "--json", "--connect", host.uri])
        #expect(result.status == 1)
        let socket = host.folder + "/run/libvirt-sock"
        #expect(
          try HostReport(result).errors.last
            == "the user `nobody` may not use the socket `\(socket)`")
      }
    }

    @Test func aHostWithoutItsDaemonIsAFinding() async throws {
      try await Host.run { host in
        try await host.withoutDaemon {
          let report = try await host.doctor()
          #expect(report.status == 1)
          #expect(report.errors.count == 2)
          #expect(report.errors.last?.contains("socket") == true)
        }
      }
    }
  }
}

/// The report of `doctor` on a host.
private struct HostReport {
  let status: Int32
  private let checks: [JSON]

  init(_ result: CommandResult) throws {
    status = result.status
    checks = try JSON(result.output)["checks"].items
  }

  /// The messages of the entries that are errors.
  var errors: [String] { messages { $0 == "error" } }

  /// The messages of errors and warnings.
  var findings: [String] { messages { $0 == "error" || $0 == "warning" } }

  func status(of check: String) -> [String] {
    checks.filter { $0["check"].text == check }.compactMap { $0["status"].text }
  }

  private func messages(_ isMeant: (String) -> Bool) -> [String] {
    checks.filter { isMeant($0["status"].text ?? "") }.compactMap { $0["message"].text }
  }
}

extension Host {
  /// Examines this host, for a script if there is one.
  fileprivate func doctor(
    _ script: String? = nil, environment: [String: String] = [:]
  ) async throws -> HostReport {
    let arguments = ["doctor"] + [script].compactMap(\.self) + ["--json"]
    let result = try await vmscript(arguments, environment: environment)
    try #require(!result.output.isEmpty, "\(result.errors)")
    return try HostReport(result)
  }
}
