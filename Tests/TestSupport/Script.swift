import VMScript
import VMScriptSyntax

/// Programs and declarations from the text of a script.
public enum Script {
  /// Compiles a script.
  ///
  /// - Throws: the diagnostics of a script that does not compile.
  public static func program(
    _ text: String, name: String = "test.vmscript", engine: Engine = Engine()
  ) throws(ScriptError) -> Program {
    try engine.compile(.text(text, name: name))
  }

  /// The declarations of a script that is evaluated without a host.
  ///
  /// - Throws: the diagnostics of a script that fails.
  public static func declarations(
    _ text: String, engine: Engine = Engine()
  ) throws(ScriptError) -> [Declaration] {
    try program(text, engine: engine).evaluate().get().declarations.declarations
  }
}
