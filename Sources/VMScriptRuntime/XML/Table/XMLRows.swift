import VMScript
import VMScriptSyntax

/// Writes and compares the rows of a block by their places in the table.
enum XMLRows {
  /// Writes every declared property that has a place, or those of them that are wanted.
  static func write(
    _ block: DeclaredBlock, to element: XMLElement,
    where isWanted: (PropertySchema) -> Bool = { _ in true }
  ) throws(Diagnostic) {
    for property in block.properties where !property.value.isUnknown {
      guard let place = property.schema.xml, isWanted(property.schema) else { continue }
      let texts = place.texts(of: property.value)
      guard texts.allSatisfy(isWritable) else { throw XMLMessages.unwritable(property) }
      place.write(texts, in: element)
    }
  }

  /// The declared properties that stand otherwise in `element`.
  ///
  /// - Parameter impact: when the change of a row takes effect, where the table alone does not say.
  static func differences(
    _ block: DeclaredBlock, path: String, live element: XMLElement,
    impact: (PropertySchema) -> Impact = { $0.impact }
  ) -> [PropertyDifference] {
    block.properties.compactMap { property in
      guard let place = property.schema.xml, !property.value.isUnknown else { return nil }
      let wanted = place.texts(of: property.value)
      let found = place.read(in: element)
      guard !place.isSame(wanted, found) else { return nil }
      // `memory = 1GiB` is shown as it is written, not as the block that it stands for.
      let isShorthand = !path.isEmpty && property.schema.name == block.schema.shorthand
      return PropertyDifference(
        block: isShorthand ? "" : path, name: isShorthand ? path : property.schema.name,
        from: place.value(of: found, as: property.schema.type), to: property.value,
        impact: impact(property.schema))
    }
  }

  /// XML 1.0 holds no control characters but tab and newlines.
  static func isWritable(_ text: String) -> Bool {
    text.unicodeScalars.allSatisfy(XMLCharacters.allows)
  }
}
