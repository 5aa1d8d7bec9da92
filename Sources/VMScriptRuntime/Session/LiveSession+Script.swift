import Foundation
import VMScript
import VMScriptPlan
import VMScriptSyntax

extension LiveSession {
  /// A script that declares what this session put into effect and did not forget since.
  ///
  /// Secrets are parameters of it. Files that it names are found from where it is kept, too.
  ///
  /// - Parameter file: the path that it is to be kept at.
  public func script(for file: String) -> String {
    let folder = URL(fileURLWithPath: file).deletingLastPathComponent()
    let (settled, sources) = (settled, language.sources)
    var set = language.declarations
    set.declarations = set.declarations.compactMap { settled[$0.key] }.map { declaration in
      declaration.replacingValues { property in
        guard case .string(let text) = property.value, property.schema.type.isPath,
          !text.hasPrefix("~/"),
          case .local(let path) = ImageSource(text, folder: sources.folder(of: property.span)),
          URL(fileURLWithPath: text, relativeTo: folder).path != URL(fileURLWithPath: path).path
        else { return property.value }
        return .string(path)
      }
    }
    return set.script
  }
}

extension PropertyType {
  fileprivate var isPath: Bool {
    switch self {
    case .path: true
    case .either(let alternatives): alternatives.contains(where: \.isPath)
    default: false
    }
  }
}
