import VMScript
import VMScriptSyntax

extension Analysis {
  /// The word that holds a byte offset of the script, or ends there.
  func symbol(at offset: Int) -> Symbol? {
    let symbols = symbols[main] ?? []
    var (low, high) = (0, symbols.count)
    while low < high {
      let middle = (low + high) / 2
      if Int(symbols[middle].span.start) <= offset { low = middle + 1 } else { high = middle }
    }
    // A cursor between two words is in the one that begins there.
    return symbols[..<low].suffix(2).last { Int($0.span.end) >= offset }
  }

  /// Where that which stands at an offset of the script is defined.
  public func definition(at offset: Int) -> Span? {
    guard let symbol = symbol(at: offset) else { return nil }
    switch symbol.meaning {
    case .definition(let span): return span
    case .module(let index):
      return Span(source: code.modules[index].source, start: 0, length: 0)
    default: return nil
    }
  }

  /// Every place that speaks of what is defined at a place, the definition among them, in the order
  /// of the files and their text.
  ///
  /// - Parameters:
  ///   - definition: as ``definition(at:)`` gives it, by its file's name and its bytes.
  ///   - file: the name of the file that it stands in.
  public func references(to definition: Span, in file: String) -> [Span] {
    let known = definitions.keys.first { span in
      span.start == definition.start && span.length == definition.length
        && sources[span.source].name == file
    }
    guard let known else { return [] }
    return symbols.keys.sorted { $0.index < $1.index }.flatMap { source in
      (symbols[source] ?? []).compactMap { symbol in
        if case .definition(known) = symbol.meaning { symbol.span } else { nil }
      }
    }
  }

  /// The places in the script that mean the same as the word at an offset, in the order of the text.
  public func occurrences(at offset: Int) -> [(span: Span, isDefinition: Bool)] {
    guard let symbol = symbol(at: offset) else { return [] }
    var seen: Set<Span> = []
    return (symbols[main] ?? []).compactMap { other in
      switch (symbol.meaning, other.meaning) {
      case (.definition(let span), .definition(let otherSpan)) where span == otherSpan:
        guard seen.insert(other.span).inserted else { return nil }
        return (other.span, span == other.span)
      case (.builtin(let builtin), .builtin(let otherBuiltin)) where builtin === otherBuiltin:
        return (other.span, false)
      default: return nil
      }
    }
  }

  /// The name that is defined at a place that ``definition(at:)`` gave.
  func definition(of symbol: Symbol) -> NameRecord.Definition? {
    if case .definition(let span) = symbol.meaning { definitions[span] } else { nil }
  }

  /// Where the script imports a file, or, for one that its imports import, where it imports first.
  public func importPlace(of file: SourceID) -> Span? {
    if let span = brokenImports[sources[file].name], span.source == main { return span }
    let imports = (symbols[main] ?? []).compactMap { symbol -> (span: Span, source: SourceID)? in
      if case .module(let index) = symbol.meaning {
        (symbol.span, code.modules[index].source)
      } else {
        nil
      }
    }
    return (imports.first { $0.source == file } ?? imports.first)?.span
  }

  /// The words of the script that name something, in the order of the text, with what they name.
  public var names: [(range: Range<Int>, kind: Candidate.Kind)] {
    (symbols[main] ?? []).compactMap { symbol in
      let range = Int(symbol.span.start)..<Int(symbol.span.end)
      switch symbol.meaning {
      case .definition(let span): return definitions[span].map { (range, kind(of: $0)) }
      case .builtin: return (range, .function)
      case .property: return (range, .property)
      case .block: return (range, .block)
      case .word: return (range, .word)
      case .type: return (range, .type)
      case .member, .module: return nil
      }
    }
  }
}
