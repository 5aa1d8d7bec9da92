import VMScript
import VMScriptSyntax

/// Writes domains and networks that no script declares as a script.
public struct ScriptImport: Sendable {
  /// The imported resources, networks first.
  public private(set) var resources: [ImportedResource] = []
  /// Warnings about the script, and the errors of documents that are not in it.
  public private(set) var diagnostics: [Diagnostic] = []

  private let stack: String

  /// Creates an import without resources.
  ///
  /// - Parameter stack: the stack of the script.
  public init(stack: String) { self.stack = stack }

  /// Reads a document of libvirt's.
  ///
  /// - Parameters:
  ///   - text: the definition of a domain or of a network.
  ///   - origin: the file or the object, for messages.
  public mutating func add(_ text: String, from origin: String) {
    do throws(Diagnostic) {
      let resource = try Self.resource(text, origin)
      let key = resource.declaration.key
      if resources.contains(where: { $0.declaration.key == key }) {
        throw ImportMessages.twice(key, origin)
      }
      if !resource.isWhole { diagnostics.append(ImportMessages.incomplete(key, origin)) }
      resources.append(resource)
    } catch {
      diagnostics.append(error)
    }
  }

  private static func resource(
    _ text: String, _ origin: String
  ) throws(Diagnostic) -> ImportedResource {
    let root: XMLElement
    do { root = try XMLElement.parse(text) } catch {
      throw ImportMessages.malformed(origin, "\(error)")
    }
    guard let name = root.text(at: "name"), !name.isEmpty,
      ["domain", "network"].contains(root.name),
      let document = try? Document(text, root: root.name)
    else { throw ImportMessages.otherDocument(origin, root.name) }
    do throws(Diagnostic) {
      return root.name == "domain"
        ? try DomainImport.resource(document) : try NetworkImport.resource(document)
    } catch {
      throw ImportMessages.refused(origin, error)
    }
  }

  /// The script, in the style of `vmscript fmt`.
  public var script: String {
    DeclarationSet(
      stack: stack,
      declarations: resources.map(\.declaration).sorted { one, other in
        one.kind == .net && other.kind != .net
      }
    ).script
  }

  /// The number of `xml` blocks in the script.
  public var patches: Int { resources.reduce(0) { $0 + $1.patches } }
}

/// The messages about imports: VM0771 to VM0775.
enum ImportMessages {
  static func malformed(_ origin: String, _ reason: String) -> Diagnostic {
    Diagnostic(
      code: .import.malformed, "`\(origin)` is not well-formed XML",
      notes: [reason])
  }

  static func otherDocument(_ origin: String, _ root: String) -> Diagnostic {
    Diagnostic(
      code: .import.otherDocument, "`\(origin)` is no definition of a domain or a network",
      notes: ["its root is `\(root)`"],
      helps: [.init("pass what `virsh dumpxml` or `virsh net-dumpxml` prints")])
  }

  /// - Parameter reason: the error of a script that would declare it.
  static func refused(_ origin: String, _ reason: Diagnostic) -> Diagnostic {
    Diagnostic(
      code: .import.refused, "no script can declare `\(origin)`",
      notes: [reason.message] + reason.notes)
  }

  static func twice(_ key: ResourceKey, _ origin: String) -> Diagnostic {
    Diagnostic(
      code: .import.twice, "`\(origin)` defines the \(key.kind.rawValue) `\(key.name)` again",
      helps: [.init("import it to another script")])
  }

  static func incomplete(_ key: ResourceKey, _ origin: String) -> Diagnostic {
    Diagnostic(
      .warning, code: .import.incomplete,
      "the script does not describe all of the \(key.kind.rawValue) `\(key.name)`",
      helps: [.init("compare `vmscript xml` of the script with `\(origin)`")])
  }
}

/// The codes of imports.
package struct ImportCodes: DiagnosticTable {
  package init() {}

  let malformed = DiagnosticCode.ofHost(
    771, "malformed document", "A document to import is not well-formed XML.")
  let otherDocument = DiagnosticCode.ofHost(
    772, "document of another kind", "Only definitions of domains and networks can be imported.")
  let twice = DiagnosticCode.ofHost(
    773, "resource imported twice",
    "Two documents of an import define a resource of the same kind and name.")
  let incomplete = DiagnosticCode.ofHost(
    774, "incomplete import",
    """
    Neither the properties nor the `xml` blocks of the imported script make everything that the \
    document has.
    """)
  let refused = DiagnosticCode.ofHost(
    775, "document that cannot be declared",
    "A part of the document, such as a text, cannot be written in a script.")
}

extension DiagnosticCode {
  /// The codes of imports.
  package static let `import` = ImportCodes()
}
