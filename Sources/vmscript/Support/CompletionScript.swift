import ArgumentParser

/// What completes `vmscript` in a shell: the script that the argument parser makes, taught that a
/// first word which is no command is a script, as in `vmscript run FILE`.
enum CompletionScript {
  /// The script for a shell.
  ///
  /// - Parameter arguments: those of the program, its name left out.
  /// - Returns: nil where no script is asked for, or for a shell that the argument parser reports.
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

  private static let commands = CommandWords.names.joined(separator: " ")

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
    // A candidate's colon would begin its description.
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

  /// The script with its root function under another name.
  private static func renamingRoot(_ script: String) -> String {
    script.replacing("\n_vmscript() {", with: "\n__vmscript_command() {")
  }
}
