import ArgumentParser
import VMScript
import VMScriptRuntime

/// The completion scripts for shells: those of the argument parser, extended so that a first word
/// that is not a command is a script, as in `vmscript run FILE`.
enum CompletionScript {
  /// The script for a shell.
  ///
  /// - Parameter arguments: the arguments of the program, without its name.
  /// - Returns: nil if no script is requested, or for a shell that the argument parser rejects.
  static func asked(by arguments: [String]) -> String? {
    let option = "--generate-completion-script"
    let name: String? =
      if arguments.count == 2, arguments[0] == option {
        arguments[1]
      } else if arguments.count == 1, arguments[0].hasPrefix(option + "=") {
        String(arguments[0].dropFirst(option.count + 1))
      } else {
        nil
      }
    guard let shell = name.flatMap(CompletionShell.init(rawValue:)) else { return nil }
    let script = VMScriptCommand.completionScript(for: shell)
    return switch shell {
    case .bash: withScripts(inBash: script)
    case .zsh: withScripts(inZsh: script)
    case .fish: withScripts(inFish: script)
    default: script
    }
  }

  private static let commands = VMScriptCommand.names.joined(separator: " ")

  private static func withScripts(inBash script: String) -> String {
    renamingRoot(script) + """

      _vmscript() {
          if [[ ${COMP_CWORD} -gt 1 && "${COMP_WORDS[1]}" == help ]]; then
              COMPREPLY=()
              [[ ${COMP_CWORD} -eq 2 ]] && COMPREPLY=($(compgen -W "\(commands)" -- "${2}"))
          elif [[ ${COMP_CWORD} -gt 1 || "${2}" == -* ]] && [[ " \(commands) " != *" ${COMP_WORDS[1]} "* ]]; then
              __vmscript_run_script "${@}"
          else
              __vmscript_command "${@}"
              if [[ ${COMP_CWORD} -eq 1 ]]; then
                  local -a found=("${COMPREPLY[@]}")
                  __vmscript_run_script "${@}"
                  COMPREPLY+=("${found[@]}")
              fi
          fi
      }

      # Completes `vmscript FILE …` as `vmscript run FILE …`.
      __vmscript_run_script() {
          COMP_WORDS=("${COMP_WORDS[0]}" run "${COMP_WORDS[@]:1}")
          COMP_CWORD=$((COMP_CWORD + 1))
          COMP_LINE="${COMP_WORDS[0]} run${COMP_LINE#"${COMP_WORDS[0]}"}"
          COMP_POINT=$((COMP_POINT + 4))
          COMPREPLY=()
          __vmscript_command "${@}"
      }

      """
  }

  private static func withScripts(inZsh script: String) -> String {
    let start = "if [[ \"${funcstack[1]}\" = _vmscript ]]; then"
    let wrapper = """
      _vmscript() {
          local -i ret=1
          if (( CURRENT == 2 )) && [[ "${PREFIX}" != -* ]]; then
              __vmscript_command "${@}" && ret=0
              _files -g '*.vmscript' && ret=0
              return "${ret}"
          fi
          if [[ "${words[2]}" == help ]]; then
              (( CURRENT == 3 )) && compadd -- \(commands) && ret=0
              return "${ret}"
          fi
          if [[ " \(commands) " != *" ${words[2]} "* ]]; then
              words=("${words[1]}" run "${(@)words[2,-1]}")
              (( CURRENT++ ))
          fi
          __vmscript_command "${@}"
      }


      """
    guard let place = script.range(of: start) else { return script }
    // An unescaped colon in a candidate would start its description.
    let beginning = String(script[..<place.lowerBound]).replacing(
      #"non_empty_completions=("${@:#(|:*)}")"#,
      with: #"non_empty_completions=("${(@)${(@)@:#(|:*)}//:/\\:}")"#)
    return renamingRoot(beginning) + wrapper
      + String(script[place.lowerBound...])
  }

  private static func withScripts(inFish script: String) -> String {
    script + """

      # Completes `vmscript FILE …` as `vmscript run FILE …`.
      functions -c __vmscript_tokens __vmscript_typed_tokens
      function __vmscript_tokens
          set -l tokens (__vmscript_typed_tokens $argv)
          if set -q tokens[2]; and not contains -- $tokens[2] \(commands)
              set tokens $tokens[1] run $tokens[2..]
          end
          printf '%s\\n' $tokens
      end
      complete -c vmscript -n 'test (count (__vmscript_typed_tokens -pc)) -eq 1' -k -fa '(__fish_complete_suffix .vmscript)'
      complete -c vmscript -n 'test (count (__vmscript_typed_tokens -pc)) -eq 2; and test (__vmscript_typed_tokens -pc)[2] = help' -fa '\(commands)'

      """
  }

  /// Renames the root function of a script.
  private static func renamingRoot(_ script: String) -> String {
    script.replacing("\n_vmscript() {", with: "\n__vmscript_command() {")
  }
}

/// Completion of names from a host or a script.
enum HostNames {
  /// Names of domains.
  static var domains: CompletionKind { kind(domainNames) }

  /// Names of domains, networks and images.
  static var all: CompletionKind { kind(allNames) }

  /// Names of stacks that have resources on the host.
  static var stacks: CompletionKind { kind(stackNames) }

  /// Names of the networks and domains that the script on the command line declares.
  static var declared: CompletionKind { kind(declaredNames) }

  /// Common URIs of hosts, and the URI of the environment.
  ///
  /// The environment is that of the shell at completion, not that in which the script was
  /// generated.
  static var hosts: CompletionKind {
    .custom { (_: [String], _: Int, _: String) async -> [String] in
      let own = HostURI.resolve(nil).map { [$0] } ?? []
      return unique(own + ["qemu:///system", "qemu:///session", "test:///default"])
    }
  }

  /// A completion kind whose candidates depend on the words of the command line.
  private static func kind(
    _ names: @escaping @Sendable ([String]) async -> [String]
  ) -> CompletionKind {
    .custom { (words: [String], _: Int, _: String) async -> [String] in await names(words) }
  }

  private static func domainNames(_ words: [String]) async -> [String] {
    await on(words) { $0.domains.map(\.name) }
  }

  private static func allNames(_ words: [String]) async -> [String] {
    await on(words) {
      $0.domains.map(\.name) + $0.networks.map(\.name) + $0.images.map(\.name)
    }
  }

  private static func stackNames(_ words: [String]) async -> [String] {
    await on(words) {
      $0.domains.compactMap(\.stack) + $0.networks.compactMap(\.stack)
        + $0.images.compactMap(\.stack)
    }
  }

  private static func declaredNames(_ words: [String]) async -> [String] {
    guard let path = words.first(where: { $0.hasSuffix(".vmscript") }),
      let source = try? ScriptInput.file(path).read(),
      let program = Engine.commandLine.compilation(of: source).program
    else { return [] }
    let settings = zip(words, words.dropFirst()).compactMap { option, setting in
      let parts = setting.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return option == "--set" && parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
    }
    let options = EvaluationOptions(
      parameters: Dictionary(settings) { $1 }, limits: Limits(memory: .gib(1), time: .seconds(2)))
    let outcome = program.evaluate(options, host: OfflineHost { _ in })
    let declared = outcome.declarations.declarations
    return unique(declared.filter { $0.kind == .domain || $0.kind == .net }.map(\.name))
  }

  /// Names from the inventory of the host; empty if the host cannot be read.
  private static func on(
    _ words: [String], _ names: (HostInventory) -> [String]
  ) async -> [String] {
    let option = words.lastIndex { $0 == "--connect" || $0 == "-c" }
    let uri = option.flatMap { words.indices.contains($0 + 1) ? words[$0 + 1] : nil }
    do throws(Diagnostic) {
      return unique(names(try await Inspector.inventory(uri: uri)))
    } catch {
      return []
    }
  }

  private static func unique(_ names: [String]) -> [String] { Array(Set(names)).sorted() }
}
