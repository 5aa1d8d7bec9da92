import ArgumentParser
import VMScriptRuntime
import VMScriptSyntax

/// `vmscript copy FROM TO`: copies files between this machine and a guest.
struct CopyCommand: AsyncParsableCommand, Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "copy",
    abstract: "Copy a file or a folder into a running guest, or out of it.",
    discussion: """
      One of both paths is NAME:/PATH, with an absolute path in the guest. The guest agent carries \
      the files; if no agent answers, or with USER@NAME:/PATH, ssh does. A folder that ends with / \
      stands for its content.

      Examples:
        vmscript copy nginx.conf web-1:/etc/nginx/nginx.conf
        vmscript copy site/ web-1:/srv/site
        vmscript copy web-1:/var/log/syslog .
      """)
  static let heading = CommandHeading.guest
  static let synonyms = ["cp"]

  @Argument(help: "The file or folder to copy.")
  var from: String

  @Argument(help: "The destination; a folder receives the copy inside.")
  var to: String

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard (GuestPath(from) == nil) != (GuestPath(to) == nil) else {
      throw ValidationError("one of both paths must be in a guest: NAME:/PATH")
    }
  }

  func run() async throws {
    let reach = GuestReach(uri: connection.uri, patience: connection.patience)
    let (from, to) = (from, to)
    try await output.inspectingUntilInterrupted { () async throws(Diagnostic) in
      if let guest = GuestPath(to) {
        try await reach.send(from, to: guest.path, of: guest.name, user: guest.user)
      } else if let guest = GuestPath(from) {
        try await reach.fetch(guest.path, of: guest.name, user: guest.user, to: to)
      }
    }
  }
}

/// A path in a guest: `[USER@]NAME:PATH`.
struct GuestPath {
  let user: String?
  let name: String
  let path: String

  /// - Returns: nil for a path of this machine: one without `:`, or with `/` before it.
  init?(_ text: String) {
    guard let colon = text.firstIndex(of: ":"), colon != text.startIndex,
      !text[..<colon].contains("/")
    else { return nil }
    (user, name) = SSHDestination.parts(of: String(text[..<colon]))
    path = String(text[text.index(after: colon)...])
  }
}
