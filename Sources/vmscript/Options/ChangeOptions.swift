import ArgumentParser
import VMScriptRuntime

/// What a run may do to the host.
struct ChangeOptions: ParsableArguments {
  @Flag(
    name: [.long, .customShort("y")], help: "Do what loses data or unplugs guests without asking.")
  var yes = false

  @Flag(help: "Remove what the stack made and the script no longer declares.")
  var prune = false

  @Flag(help: "Take over domains of a declared name that the stack did not make.")
  var adopt = false

  func apply(to options: inout RunOptions) {
    options.assumeYes = yes
    options.prune = prune
    options.adopt = adopt
  }
}
