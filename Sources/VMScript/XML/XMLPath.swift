/// A path to elements of a document, in the part of XPath that distinguishes libvirt's elements:
/// `/domain/devices/disk[@device='cdrom'][1]`.
///
/// Steps lead from the root to child elements by name or `*`. Each step may have tests: an
/// attribute's value, a child's text, a position among the matches so far.
package struct XMLPath {
  /// The error for a text that is not a supported path.
  package struct Unsupported: Error {}

  private enum Test {
    case position(Int)
    /// A path for ``XMLElement/text(at:)``: `@name` or `name`.
    case equals(path: String, value: String)
  }

  private struct Step {
    /// The name of the element; nil for any.
    let name: String?
    let tests: [Test]
  }

  private let steps: [Step]

  package init(_ text: String) throws(Unsupported) {
    var scanner = XMLScanner(text)
    var steps: [Step] = []
    do {
      repeat {
        guard scanner.skip("/") else { throw Unsupported() }
        let name = scanner.skip("*") ? nil : try scanner.name()
        var tests: [Test] = []
        while scanner.skip("[") { tests.append(try Self.test(&scanner)) }
        steps.append(Step(name: name, tests: tests))
      } while !scanner.isAtEnd
    } catch {
      throw Unsupported()
    }
    self.steps = steps
  }

  /// Parses a test after its `[`.
  private static func test(_ scanner: inout XMLScanner) throws -> Test {
    if let position = scanner.number() {
      guard position > 0, scanner.skip("]") else { throw Unsupported() }
      return .position(position)
    }
    let path = (scanner.skip("@") ? "@" : "") + (try scanner.name())
    guard scanner.skip("="), let value = scanner.quoted(), scanner.skip("]") else {
      throw Unsupported()
    }
    return .equals(path: path, value: value)
  }

  /// The number of steps.
  var depth: Int { steps.count }

  /// Returns whether it starts at a root of this name.
  func startsAt(_ root: String) -> Bool { steps.first.map { $0.name ?? root } == root }

  /// Returns the elements at the path without applying its tests, for an incomplete document.
  package func elementsByName(from root: XMLElement) -> [XMLElement] {
    XMLPath(steps.map { Step(name: $0.name, tests: []) }).elements(from: root)
  }

  private init(_ steps: [Step]) { self.steps = steps }

  /// Returns the elements at the path, in document order.
  package func elements(from root: XMLElement) -> [XMLElement] {
    guard let first = steps.first else { return [] }
    return steps.dropFirst().reduce(Self.matches([root], first)) { found, step in
      found.flatMap { Self.matches($0.children, step) }
    }
  }

  private static func matches(_ elements: [XMLElement], _ step: Step) -> [XMLElement] {
    let named = elements.filter { step.name == nil || $0.name == step.name }
    return step.tests.reduce(named) { found, test in
      switch test {
      case .position(let position): Array(found.dropFirst(position - 1).prefix(1))
      case .equals(let path, let value): found.filter { $0.text(at: path) == value }
      }
    }
  }
}
