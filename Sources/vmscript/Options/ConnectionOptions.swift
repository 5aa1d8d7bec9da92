import ArgumentParser
import VMScript
import VMScriptRuntime

/// Which host, and how it is met.
struct ConnectionOptions: ParsableArguments {
  @Option(
    name: [.customLong("connect"), .customShort("c")],
    help: ArgumentHelp(
      "The host, as libvirt's URI; else LIBVIRT_DEFAULT_URI, else libvirt's own default.",
      valueName: "uri"), completion: HostNames.hosts)
  var uri: String?

  @Option(
    help: ArgumentHelp(
      """
      What `hypervisor = auto` means, kvm or qemu; else VMSCRIPT_HYPERVISOR, else the best that the \
      host has.
      """, valueName: "name"), completion: .list(["kvm", "qemu"]))
  var hypervisor: String?

  @Option(
    help: ArgumentHelp(
      "How long the host may take to answer a connection, such as 10s or 2m.",
      valueName: "duration"))
  var connectTimeout = "30s"

  @Option(help: ArgumentHelp("Changes that may be in flight at once.", valueName: "number"))
  var jobs = 8

  func validate() throws {
    guard let limit = Duration(script: connectTimeout), limit > .zero else {
      throw ValidationError(CommandLineMessages.unfitTimeout(connectTimeout))
    }
    guard jobs >= 1 else {
      throw ValidationError("--jobs needs a number of at least 1, not \(jobs)")
    }
  }

  /// The URI that was given, here or in the environment; nil leaves it to libvirt.
  var host: String? { HostURI.resolve(uri) }

  /// Options of a run on this host, to be completed by the command.
  var runOptions: RunOptions {
    var options = RunOptions(uri: uri, jobs: jobs, hypervisor: hypervisor)
    options.connectTimeout = limit
    return options
  }

  /// How long the host may take to answer; a slow one is named on standard error.
  var patience: HostPatience {
    HostPatience(limit: limit) {
      Terminal.writeMessage(CommandLineMessages.waiting(for: $0) + "\n")
    }
  }

  private var limit: Duration { Duration(script: connectTimeout) ?? .seconds(30) }
}
