/// Writes elements as libvirt's own dumps look: two spaces for each level, single quotes.
struct XMLWriter {
  private var output = ""

  static func text(_ element: XMLElement) -> String {
    var writer = XMLWriter()
    writer.write(element, indentation: "")
    return writer.output
  }

  /// - Parameter indentation: of the element; nil within text, where every space counts.
  private mutating func write(_ element: XMLElement, indentation: String?) {
    output += "<\(element.name)"
    for (name, value) in element.attributes {
      output += " \(name)='"
      escape(value, inAttribute: true)
      output += "'"
    }
    guard !element.nodes.isEmpty else { return output += "/>" }
    output += ">"
    let isText = element.nodes.allSatisfy(\.isText) || element.nodes.contains(where: \.isWritten)
    if let indentation, !isText {
      // Text is nothing but earlier indentation here.
      for node in element.nodes where !node.isText {
        output += "\n\(indentation)  "
        write(node, indentation: indentation + "  ")
      }
      output += "\n\(indentation)"
    } else {
      for node in element.nodes { write(node, indentation: nil) }
    }
    output += "</\(element.name)>"
  }

  private mutating func write(_ node: XMLElement.Node, indentation: String?) {
    switch node {
    case .element(let child): write(child, indentation: indentation)
    case .text(let text): escape(text, inAttribute: false)
    case .verbatim(let text): output += text
    }
  }

  /// A reader makes a space of every tab and newline in an attribute, and a newline of every
  /// carriage return: as references they survive.
  private mutating func escape(_ text: String, inAttribute: Bool) {
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": output += "&amp;"
      case "<": output += "&lt;"
      case ">": output += "&gt;"
      case "\r": output += "&#13;"
      case "'" where inAttribute: output += "&apos;"
      case "\n" where inAttribute: output += "&#10;"
      case "\t" where inAttribute: output += "&#9;"
      default: output.unicodeScalars.append(scalar)
      }
    }
  }
}

extension XMLElement {
  /// The element as text, indented; no newline at the end.
  package var xmlString: String { XMLWriter.text(self) }
}
