import VMScript
import VMScriptSyntax

@testable import VMScriptPlan
@testable import VMScriptRuntime

/// Documents as text, as tests write them.
extension DomainXML {
  static func render(
    _ declaration: Declaration, context: XMLContext, onto base: Document?
  ) throws -> String {
    let root = declaration.root(onto: base)
    try write(declaration, context: context, to: root, isNew: base == nil)
    return root.xmlString
  }

  static func render(
    _ declaration: Declaration, context: XMLContext, onto base: String
  ) throws -> String {
    try render(declaration, context: context, onto: Document(base, root: "domain"))
  }

  static func differences(
    _ declaration: Declaration, context: XMLContext, live: String, running: String? = nil
  ) throws -> [PropertyDifference] {
    try revision(declaration, context: context, live: live, running: running).differences
  }

  static func revision(
    _ declaration: Declaration, context: XMLContext, live: String, running: String? = nil
  ) throws -> Revision {
    try revision(
      declaration, context: context, definition: Document(live, root: "domain"),
      running: running.map { try Document($0, root: "domain") })
  }
}

extension NetworkXML {
  static func render(
    _ declaration: Declaration, context: XMLContext, onto base: String
  ) throws -> String {
    try render(declaration, context: context, onto: Document(base, root: "network"))
  }

  static func differences(
    _ declaration: Declaration, context: XMLContext, live: String, running: String? = nil
  ) throws -> [PropertyDifference] {
    try revision(declaration, context: context, live: live, running: running).differences
  }

  static func revision(
    _ declaration: Declaration, context: XMLContext, live: String, running: String? = nil
  ) throws -> Revision {
    try revision(
      declaration, context: context, definition: Document(live, root: "network"),
      running: running.map { try Document($0, root: "network") })
  }
}

extension PendingChanges {
  static func domain(definition: String, running: String) throws -> [PropertyDifference] {
    try domain(
      definition: Document(definition, root: "domain"), running: Document(running, root: "domain"))
  }

  static func network(definition: String, running: String) throws -> [PropertyDifference] {
    try network(
      definition: Document(definition, root: "network"),
      running: Document(running, root: "network"))
  }
}
