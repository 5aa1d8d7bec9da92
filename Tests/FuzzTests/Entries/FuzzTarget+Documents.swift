import Foundation
import VMScript
import VMScriptSyntax

extension FuzzTarget {
  /// A document that a script reads and writes again is the same.
  static func documents(_ bytes: [UInt8]) -> String? {
    guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
    for format in ["json", "yaml"] {
      let script = """
        param text: string
        let value = \(format)(text)
        output same = \(format)(to_\(format)(value)) == value
        """
      let program = Engine().compilation(of: SourceText(name: "f", text: script)).program
      let limits = Limits(memory: .mib(64), time: .seconds(5))
      let outcome = program?.evaluate(EvaluationOptions(parameters: ["text": text], limits: limits))
      if outcome?.outputs["same"] == .bool(false) {
        return "\(format) is read otherwise than written"
      }
    }
    return nil
  }
}

/// JSON as others read it.
enum JSONText {
  static func isSound(_ text: String) -> Bool {
    (try? JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)) != nil
  }
}
