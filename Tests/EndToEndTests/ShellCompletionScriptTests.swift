import Foundation
import TestSupport
import Testing

/// Completions for `vmscript` in bash, zsh and fish, from the shells themselves.
@Suite struct ShellCompletionScriptTests {
  /// Lines whose last word is being completed, and the one offer for it.
  private static let lines = [
    ("vmscript pl", "plan"),
    ("vmscript la", "lab.vmscript"),
    ("vmscript plan la", "lab.vmscript"),
    ("vmscript plan lab.vmscript --exit", "--exit-code"),
    ("vmscript lab.vmscript --pru", "--prune"),
    ("vmscript lab.vmscript --color al", "always"),
    ("vmscript show te", "test"),
    ("vmscript show def", "default"),
    ("vmscript console te", "test"),
    ("vmscript ssh te", "test"),
    ("vmscript screenshot te", "test"),
    ("vmscript xml lab.vmscript d", "db-1"),
    ("vmscript eval --limit me", "memory="),
    ("vmscript run --hypervisor k", "kvm"), ("vmscript help stat", "status"),
    ("vmscript run --connect tes", "test:///default"),
  ]

  /// A line with several offers, among them this one; fish would only show them on a larger terminal.
  private static let several = ("vmscript explain VM010", "VM0102")

  @Test func bashOffersWhatFits() throws {
    let driver = """
      source completions
      COMP_LINE=$1 COMP_POINT=${#1} COMP_TYPE=9
      read -ra COMP_WORDS <<<"$1"
      COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
      _vmscript vmscript "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
      printf '%s\\n' "${COMPREPLY[@]}"
      """
    try expectOffers(of: "bash", Self.lines + [Self.several], ["-c", driver, "bash"])
  }

  @Test func fishOffersWhatFits() throws {
    let begin = "zpty shell fish -N -i; zpty -w shell 'source completions; echo RE\"\"ADY'"
    try expectOffers(of: "fish", Self.lines, ["-f", "-c", Self.onTerminal(begin), "zsh"])
  }

  @Test func zshOffersWhatFits() throws {
    let begin = """
      zpty shell zsh -f -i
      zpty -w shell 'PS1=; autoload -Uz compinit; compinit -u -D; source completions'
      zpty -w shell 'zstyle ":completion:*" menu no; LISTMAX=1000; list() {
        compstate[insert]=; compstate[list]="list force"; _main_complete
      }'
      zpty -w shell 'zle -C list list-choices list; bindkey "^I" list; print RE""ADY'
      """
    try expectOffers(
      of: "zsh", Self.lines + [Self.several], ["-f", "-c", Self.onTerminal(begin), "zsh"])
  }

  /// A script that has zsh run a shell on its own terminal, press Tab after a line, and print what is seen
  /// until the offer is.
  private static func onTerminal(_ begin: String) -> String {
    """
    zmodload zsh/zpty
    \(begin)
    zpty -r -m shell seen '*READY*'
    zpty -w -n shell "$1"$'\\t'
    for i in {1..80}; do
      zpty -r -t shell seen && print -r -- "$seen" && [[ "$seen" == *"$2"* ]] && break
      sleep 0.25
    done
    zpty -d shell
    """
  }

  private func expectOffers(
    of shell: String, _ lines: [(String, String)], _ arguments: [String]
  ) throws {
    let folder = try ScratchFolder()
    try folder.write(
      "lab.vmscript", "net lab { subnet = 10.10.0.0/24 }\ndomain \"db-1\" { nic { net = lab } }")
    let script = try vmscript("--generate-completion-script", shell)
    try #require(script.status == 0, "\(script.errors)")
    try folder.write("completions", script.output)
    let built = vmscriptBinary.deletingLastPathComponent().path
    let inherited = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    for (line, offer) in lines {
      let result = try run(
        URL(fileURLWithPath: "/usr/bin/env"),
        [shell == "bash" ? "bash" : "zsh"] + arguments + [line, offer],
        environment: [
          "PATH": "\(built):\(inherited)", "LIBVIRT_DEFAULT_URI": "test:///default",
          "HOME": folder.path, "TERM": "dumb",
        ],
        folder: folder.url)
      let seen = result.output.replacing(/\u{1B}\[[0-9;?]*[A-Za-z]/, with: " ")
      let words = Set(seen.split { $0.isWhitespace }.map(String.init))
      #expect(words.contains(offer), "\(shell): \(line): \(seen) \(result.errors)")
    }
  }
}
