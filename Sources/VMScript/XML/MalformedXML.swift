/// Text that should be a document, and is none.
public struct MalformedXML: Error, Sendable, Hashable {
  /// What is wrong with it, in words.
  public let reason: String
  /// The line that it was noticed in, from 1.
  public let line: Int

  init(_ fault: Fault, line: Int) {
    self.reason = fault.reason
    self.line = line
  }
}

extension MalformedXML: CustomStringConvertible {
  /// The line and the reason.
  public var description: String { "line \(line): \(reason)" }
}

extension MalformedXML {
  /// What the reader refuses.
  enum Fault {
    case attribute
    case attributeTwice(String)
    case character
    case comment
    case declaration
    case documentType
    case empty
    case lateDeclaration
    case name
    case otherRoot(found: String, expected: String)
    case reference(String)
    case secondRoot
    case stray(String)
    case tag(String)
    case textOutside
    case tooDeep
    case unclosed(String)
    case wrongEnd(String)

    fileprivate var reason: String {
      switch self {
      case .attribute: "an attribute has no value in quotes"
      case .attributeTwice(let name): "the attribute `\(name)` stands twice in one tag"
      case .character: "a character that XML does not allow"
      case .comment: "`--` within a comment"
      case .declaration: "the XML declaration does not say `version='1.0'`, or says it wrongly"
      case .documentType: "document types and entities are not read"
      case .empty: "there is no element"
      case .lateDeclaration: "an XML declaration that is not at the beginning"
      case .name: "a name is missing"
      case .otherRoot(let found, let expected): "the root is `\(found)`, not `\(expected)`"
      case .reference(let name): "`&\(name);` stands for nothing"
      case .secondRoot: "a second root"
      case .stray(let text): "`\(text)` has to be escaped"
      case .tag(let name): "the tag of `\(name)` has no end"
      case .textOutside: "text outside of the root"
      case .tooDeep: "elements stand more than \(XMLReader.maximumDepth) deep"
      case .unclosed(let what): "the end of `\(what)` is missing"
      case .wrongEnd(let name): "`</\(name)>` closes no open element"
      }
    }
  }
}
