import Crypto
import VMScript
import VMScriptSyntax

/// The edits that virt-customize makes in a disk before its first boot, in order.
package struct Customization: Sendable {
  /// One edit.
  enum Edit: Sendable, Hashable {
    case install([String])
    case resetIdentity
    case hostName(String)
    case write([GuestFile])
    /// A line for the shell of the guest.
    case run(String)
    case authorize(user: String, keys: [String])
    /// A hash of crypt(5).
    case password(user: String, hash: String)
  }

  /// A file in the guest.
  struct GuestFile: Sendable, Hashable {
    let path: String
    let content: [UInt8]
    let mode: String
    let owner: String
  }

  /// A call of virt-customize.
  package struct Command: Sendable {
    package var arguments: [String]
    /// The files that the arguments name. Their folder is readable for this user only.
    package var files: [SeedFile] = []
    fileprivate let folder: String
  }

  /// The program that makes the edits.
  package static let tool = "virt-customize"

  let edits: [Edit]
  /// The span that diagnostics point at.
  package let span: Span

  /// The attribute of a stack's mark on a domain that records the digest.
  static let record = "customized"

  /// The first 8 hexadecimal digits of a SHA-256 over the edits. Passwords are in it as hashes only.
  package var digest: String {
    var hash = SHA256()
    for field in edits.flatMap(\.fields) {
      hash.update(data: Array("\(field.count)\0".utf8))
      hash.update(data: field)
    }
    return Hexadecimal.text(hash.finalize().prefix(4))
  }

  /// Returns the call that edits a disk.
  ///
  /// Only names and paths of formats that virt-customize cannot misread are arguments. Everything else
  /// is in files: a script, a content or a key never appears in the list of processes.
  ///
  /// - Parameters:
  ///   - disk: the path of the disk.
  ///   - format: the format of the disk, so that nothing is detected from its content.
  ///   - folder: the folder of the files.
  package func command(disk: String, format: ImageFormat, folder: String) -> Command {
    var command = Command(
      arguments: [
        "--quiet", "--format", format == .qcow2 ? "qcow2" : "raw", "-a", disk, "--no-logfile",
      ], folder: folder)
    if !needsNetwork { command.arguments.append("--no-network") }
    edits.forEach { command.add($0) }
    // A guest without SELinux stays as it is.
    command.arguments.append("--selinux-relabel")
    return command
  }

  private var needsNetwork: Bool {
    edits.contains { edit in
      switch edit {
      case .install, .run: true
      default: false
      }
    }
  }
}

extension Customization.Edit {
  /// The declared content, which the digest covers.
  fileprivate var fields: [[UInt8]] {
    let texts: [String]
    switch self {
    case .install(let packages): texts = ["install"] + packages
    case .resetIdentity: texts = ["reset_identity"]
    case .hostName(let name): texts = ["hostname", name]
    case .write(let files):
      return files.flatMap { file in
        ["write", file.path, file.mode, file.owner].map { Array($0.utf8) } + [file.content]
      }
    case .run(let line): texts = ["run", line]
    case .authorize(let user, let keys): texts = ["ssh_keys", user] + keys
    case .password(let user, let hash): texts = ["password", user, hash]
    }
    return texts.map { Array($0.utf8) }
  }
}

extension Customization.Command {
  fileprivate mutating func add(_ edit: Customization.Edit) {
    switch edit {
    case .install(let packages): arguments += ["--install", packages.joined(separator: ",")]
    case .resetIdentity: run(IdentityReset.script, as: "reset-identity")
    case .hostName(let name): arguments += ["--hostname", name]
    case .write(let guestFiles): write(guestFiles)
    case .run(let line): run(line, as: "run")
    case .authorize(let user, let keys):
      let text = keys.map { "\($0)\n" }.joined()
      arguments += ["--ssh-inject", "\(user):file:\(file("keys", Array(text.utf8)))"]
    case .password(let user, let hash):
      let entry = QuotedText.shellWord("\(user):\(hash)")
      run("printf '%s\\n' \(entry) | chpasswd -e", as: "password")
    }
  }

  /// Writes files as root's before their owners and permissions are set: virt-customize would keep
  /// those of the local files, and would write into a folder of the same path.
  private mutating func write(_ guestFiles: [Customization.GuestFile]) {
    let paths = guestFiles.map { QuotedText.shellWord($0.path) }
    let preparation = zip(guestFiles, paths).map { file, path in
      let folder = file.path[..<(file.path.lastIndex(of: "/") ?? file.path.startIndex)]
      return """
        if [ -d \(path) ]; then echo \(path) is a folder; exit 1; fi
        mkdir -p \(QuotedText.shellWord(folder.isEmpty ? "/" : String(folder)))
        """
    }
    run((["set -e"] + preparation).joined(separator: "\n"), as: "write")
    for guestFile in guestFiles {
      arguments += ["--upload", "\(file("content", guestFile.content)):\(guestFile.path)"]
    }
    let settings = zip(guestFiles, paths).map { file, path in
      "chown \(QuotedText.shellWord(file.owner)) \(path)\nchmod \(file.mode) \(path)"
    }
    run((["set -e"] + settings).joined(separator: "\n"), as: "owners")
  }

  /// Adds a script for the shell of the guest.
  private mutating func run(_ script: String, as name: String) {
    arguments += ["--run", file(name, Array("#!/bin/sh\n\(script)\n".utf8))]
  }

  /// Adds a file; returns its path.
  private mutating func file(_ name: String, _ content: [UInt8]) -> String {
    let file = SeedFile(name: "\(files.count + 1)-\(name)", content: content)
    files.append(file)
    return "\(folder)/\(file.name)"
  }
}

/// The removal of everything by which two guests on copies of one disk are taken for each other.
enum IdentityReset {
  /// The script that the shell of the guest runs.
  ///
  /// systemd makes a new machine-id at the first boot if the file is empty. SSH host keys are made here,
  /// because some distributions never make them again; where a unit makes them, it also sets their group.
  static let script = """
    set -e
    if [ -e /usr/lib/systemd/systemd ] || [ -e /lib/systemd/systemd ]; then
      : >/etc/machine-id
    elif [ -e /etc/machine-id ]; then
      tr -d - </proc/sys/kernel/random/uuid >/etc/machine-id
    fi
    if [ -f /var/lib/dbus/machine-id ] && [ ! -L /var/lib/dbus/machine-id ]; then
      rm -f /var/lib/dbus/machine-id
      if [ -e /etc/machine-id ]; then ln -s /etc/machine-id /var/lib/dbus/machine-id; fi
    fi
    if [ -e /etc/ssh/sshd_config ]; then
      rm -f /etc/ssh/ssh_host_*
      if [ ! -e /usr/lib/systemd/system/sshd-keygen@.service ] && command -v ssh-keygen >/dev/null; then
        ssh-keygen -A
      fi
    fi
    for key in /etc/dropbear/dropbear_*_host_key; do
      [ -e "$key" ] || continue
      kind=${key#/etc/dropbear/dropbear_}
      rm -f "$key"
      dropbearkey -t "${kind%_host_key}" -f "$key"
    done
    rm -f /var/lib/dhcp/*.lease* /var/lib/dhclient/*.lease* /var/lib/dhcpcd/*.lease* \\
      /var/lib/dhcpcd/duid /etc/dhcpcd.duid /var/lib/dhcpcd5/*.lease* \\
      /var/lib/NetworkManager/*.lease /var/lib/NetworkManager/secret_key \\
      /var/lib/wicked/lease-* /var/lib/wicked/duid.xml /var/lib/wicked/iaid.xml
    rm -f /etc/udev/rules.d/*-persistent-net.rules /var/lib/systemd/credential.secret
    for seed in /var/lib/systemd/random-seed /var/lib/urandom/random-seed /var/lib/random-seed \\
      /var/lib/misc/random-seed /var/lib/seedrng/seed.*; do
      [ -f "$seed" ] || continue
      rm -f "$seed"
      (umask 077; dd if=/dev/urandom of="$seed" bs=512 count=1 2>/dev/null)
    done
    """
}
