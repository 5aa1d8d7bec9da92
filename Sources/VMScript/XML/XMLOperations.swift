/// The operations of an `xml` block on each element at its path, in the order in which the block
/// makes them.
package struct XMLOperations {
  /// The place of an added element, relative to the element at the path.
  package enum Place: String, CaseIterable, Sendable {
    /// The last child.
    case append
    case before, after
  }

  /// An element to add.
  package struct Addition {
    package let place: Place
    /// The element as written.
    package let text: String
    package let element: XMLElement

    package init(_ place: Place, _ element: XMLElement, text: String) {
      self.place = place
      self.element = element
      self.text = text
    }
  }

  /// An attribute with its new value.
  package struct Attribute: Hashable {
    package let name: String
    package let value: String

    package init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// The attributes to set.
  package var attributes: [Attribute] = []
  /// The new text; nil keeps the present one.
  package var text: String?
  /// The elements to add.
  package var additions: [Addition] = []
  /// Whether the element, or the attribute at the path, is removed.
  package var isRemoval = false

  package init() {}

  /// Whether there is none.
  package var isEmpty: Bool {
    attributes.isEmpty && text == nil && additions.isEmpty && !isRemoval
  }
}

extension XMLElement {
  /// Adds elements to the element, or beside it, in their order.
  package func add(_ elements: [XMLElement], _ place: XMLOperations.Place) {
    switch place {
    case .append: for element in elements { append(.element(element)) }
    case .before: for element in elements { parent?.insert(element, before: self) }
    case .after: for element in elements.reversed() { parent?.insert(element, after: self) }
    }
  }
}
