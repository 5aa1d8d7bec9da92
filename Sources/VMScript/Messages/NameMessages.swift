import VMScriptSyntax

// Names and the schema: VM02xx.
extension Diagnostic {
  private static func didYouMean(_ name: String, _ known: [String], at span: Span) -> [Help] {
    guard let close = closest(to: name, among: known) else { return [] }
    return [Help("did you mean `\(close)`?", span: span, replacement: close)]
  }

  static func unknownName(
    _ name: String, at span: Span, known: [String], _ use: NameUse = .plain
  ) -> Diagnostic {
    let slip = Slips.names[name.lowercased()]
    let near =
      slip.map { [Help($0.help, span: span, replacement: $0.replacement)] }
      ?? didYouMean(name, known, at: span)
    return Diagnostic(
      code: .names.unknownName, "unknown name `\(name)`", at: Label(span, "not defined here"),
      helps: near.isEmpty ? use.helps(name, at: span) : near)
  }

  /// Reports a statement word where a value is expected, usually because it is alone.
  static func statementWord(_ statement: ReferenceEntry, at span: Span) -> Diagnostic {
    var helps = [Help("write `\(statement.form)`")]
    if statement.name == "print" { helps.append(Help("`print \"\"` prints an empty line")) }
    return Diagnostic(
      code: .names.unknownName, "`\(statement.name)` begins a statement and is not a value",
      at: Label(span, "not the name of a value"), helps: helps)
  }

  static func duplicateName(
    _ name: String, at span: Span, earlier: Span, isResource: Bool = false
  ) -> Diagnostic {
    var helps = [Help("give one of them another name")]
    if isResource {
      helps.append(
        Help(
          "put the name in quotes, which define no variable: `\(QuotedText.literal(name))`",
          span: span))
    }
    return Diagnostic(
      code: .names.duplicateName, "`\(name)` is defined twice", at: Label(span, "defined again"),
      secondary: [Label(earlier, "first defined here")], helps: helps)
  }

  /// Warns of a resource whose bare name is also a variable.
  static func nameOfVariable(_ name: String, at span: Span, definition: Span) -> Diagnostic {
    let (value, text) = ("\"\\(\(name))\"", QuotedText.literal(name))
    return Diagnostic(
      .warning, code: .names.nameThatIsAlsoVariable,
      "the name is the text \(text), not the value of the variable `\(name)`",
      at: Label(span, "means its own text"), secondary: [Label(definition, "the variable")],
      helps: [
        Help("write `\(value)` to use the variable's value", span: span, replacement: value),
        Help("write `\(text)` to use the text", span: span, replacement: text),
      ])
  }

  static func usedBeforeDefinition(_ name: String, at span: Span, definition: Span) -> Diagnostic {
    Diagnostic(
      code: .names.usedBeforeDefinition, "`\(name)` is used before it is defined",
      at: Label(span, "has no value yet"),
      secondary: [Label(definition, "defined here")],
      helps: [Help("move the definition above its use")])
  }

  static func notYetDefined(_ name: String, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .names.usedBeforeDefinition, "`\(name)` is used before it is defined",
      at: Label(span, "has no value when this runs"),
      helps: [Help("call the function after the definition of `\(name)`")])
  }

  static func misplaced(_ what: String, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .names.misplacedStatement, "\(what) is not allowed in a function", at: Label(span),
      helps: [Help("functions only compute values; move it out of the function")])
  }

  static func notAtTopLevel(_ what: String, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .names.misplacedStatement, "`\(what)` is allowed only at the top level of a file",
      at: Label(span),
      helps: [Help("move it out of the block")])
  }

  static func unknownType(_ name: String, at span: Span, known: [String]) -> Diagnostic {
    Diagnostic(
      code: .names.unknownType, "unknown type `\(name)`", at: Label(span),
      notes: ["a parameter can be \(known.joined(separator: ", "))"],
      helps: didYouMean(name, known, at: span))
  }

  static func unknownKind(_ word: String, at span: Span, known: [String]) -> Diagnostic {
    let meant = StatementStarts.meant(by: word, kinds: known)
    return Diagnostic(
      code: .names.unknownKind, "there is no kind of resource `\(word)`",
      at: Label(span, "no such kind"),
      notes: [
        "kinds of resources are \((["image", "net", "domain"] + known).joined(separator: ", "))"
      ],
      helps: meant.map { [Help("did you mean `\($0)`?", span: span, replacement: $0)] } ?? [])
  }

  static func unknownMember(
    _ name: String, of type: String, at span: Span, known: [String]
  ) -> Diagnostic {
    let isCount = ["length", "lenght", "size", "len"].contains(name) && known.contains("count")
    return Diagnostic(
      code: .names.unknownMember,
      type == "none"
        ? "`none` has no members, so no `\(name)`" : "no member `\(name)` in this \(type)",
      at: Label(span, "no such member"),
      helps: isCount
        ? [Help("did you mean `count`?", span: span, replacement: "count")]
        : didYouMean(name, known, at: span))
  }

  /// Reports a property of an undeclared resource.
  static func undeclaredMember(
    _ name: String, of resource: ResourceReference, at span: Span, known: [String]
  ) -> Diagnostic {
    let what = "\(resource.kind.rawValue) \(QuotedText.literal(resource.name))"
    return Diagnostic(
      code: .names.unknownMember, "\(what) is not declared, so it has no `\(name)`",
      at: Label(span, "known only for declared resources"),
      helps: [Help("use an attribute that the host knows: \(known.joined(separator: ", "))")])
  }

  static func unknownProperty(_ name: String, in schema: BlockSchema, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .names.unknownProperty, "unknown property `\(name)` in `\(schema.name)`",
      at: Label(span, "no such property"),
      helps: didYouMean(name, schema.entryNames, at: span) + properPlace(name, in: schema))
  }

  /// Returns the block that has a property of this name, if it was written one block too far out.
  private static func properPlace(_ name: String, in schema: BlockSchema) -> [Help] {
    let owners = schema.blocks.filter { $0.property(name) != nil || $0.block(name) != nil }
    return owners.prefix(1).map { owner in
      let entry = owner.property(name) == nil ? "\(name) { … }" : "\(name) = …"
      return Help("write it in a block: `\(owner.name) { \(entry) }`")
    }
  }

  static func notABlock(_ name: String, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .names.propertyWrittenAsBlock, "`\(name)` is a property, not a block", at: Label(span),
      helps: [Help("write `\(name) = …`")])
  }

  static func unknownWord(_ name: String, at span: Span, words: [String]) -> Diagnostic {
    Diagnostic(
      code: .names.unknownWord, "unknown word `\(name)`", at: Label(span),
      notes: ["known words are \(words.joined(separator: ", "))"],
      helps: didYouMean(name, words, at: span))
  }

  static func wrongPropertyType(
    _ name: String, _ value: Value, expected: String, at span: Span, help: String?
  ) -> Diagnostic {
    Diagnostic(
      code: .names.wrongPropertyType, "`\(name)` takes \(expected), not \(value.excerpt(60))",
      at: Label(span, "this is \(value.kindInWords)"),
      helps: help.map { [Help($0)] } ?? [])
  }

  static func unfitText(_ obstacle: TextObstacle, _ what: String, at span: Span) -> Diagnostic {
    let shown = obstacle.text.map { excerpt(QuotedText.literal($0), 60) } ?? SecretText.mask
    return Diagnostic(
      code: .validation.misreadText, "\(what) cannot be \(shown): \(obstacle.reason)",
      at: Label(span, "does not fit"),
      helps: [Help("write \(obstacle.format.expectation)")])
  }

  static func missingProperty(_ name: String, in block: String, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .names.missingProperty, "`\(block)` needs the property `\(name)`", at: Label(span),
      helps: [Help("add `\(name) = …`")])
  }

  static func duplicateProperty(_ name: String, at span: Span, earlier: Span) -> Diagnostic {
    Diagnostic(
      code: .names.givenTwice, "`\(name)` is set twice", at: Label(span, "set again"),
      secondary: [Label(earlier, "first set here")], helps: [Help("remove one of them")])
  }

  static func duplicateBlock(_ name: String, at span: Span, earlier: Span) -> Diagnostic {
    Diagnostic(
      code: .names.givenTwice, "block `\(name)` is written twice", at: Label(span, "again here"),
      secondary: [Label(earlier, "first here")],
      helps: [Help("put the entries into one block")])
  }

  static func label(_ block: String, required: Bool, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .names.labelOfBlock,
      required ? "`\(block)` needs a label" : "`\(block)` takes no label",
      at: Label(span),
      helps: [Help(required ? "write `\(block) NAME { … }`" : "write `\(block) { … }`")])
  }

  static func aliasOfBlock(_ block: String, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .names.labelOfBlock, "`\(block)` takes no name after `as`", at: Label(span),
      helps: [Help("write the label after the block's name: `\(block) NAME { … }`")])
  }

  static func duplicateResource(
    _ kind: ResourceKind, _ name: String, at span: Span, earlier: Span
  ) -> Diagnostic {
    Diagnostic(
      code: .names.duplicateResource,
      "\(kind.rawValue) \(QuotedText.literal(name)) is declared twice",
      at: Label(span, "declared again"),
      secondary: [Label(earlier, "first declared here")],
      helps: [Help("give one of them another name")])
  }

  /// Reports two names that look the same, but that libvirt would treat as different.
  static func lookalikeResource(
    _ kind: ResourceKind, _ name: String, at span: Span, other: String, earlier: Span
  ) -> Diagnostic {
    let (mine, theirs) = differingScalars(name, other)
    return Diagnostic(
      code: .names.duplicateResource,
      "\(kind.rawValue) \(QuotedText.literal(name)) is declared twice, in different code points",
      at: Label(span, "\(mine) here"), secondary: [Label(earlier, "\(theirs) here")],
      notes: ["the names look the same, but libvirt treats them as different"],
      helps: [Help("write both in the same way, or give one of them another name")])
  }

  /// Returns the code points in which two texts differ, such as `U+00E9` and `U+0065 U+0301`.
  private static func differingScalars(_ a: String, _ b: String) -> (String, String) {
    var (a, b) = (Array(a.unicodeScalars)[...], Array(b.unicodeScalars)[...])
    while let x = a.first, x == b.first { (a, b) = (a.dropFirst(), b.dropFirst()) }
    while let x = a.last, x == b.last { (a, b) = (a.dropLast(), b.dropLast()) }
    func shown(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
      let codes = scalars.map { scalar in
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
      }
      return excerpt(codes.joined(separator: " "), 60)
    }
    return (shown(a), shown(b))
  }

  static func cloneOfDescendant(_ name: String, at span: Span, declared: Span?) -> Diagnostic {
    Diagnostic(
      code: .names.cyclicClone,
      "\(QuotedText.literal(name)) cannot be cloned from itself or its own clone",
      at: Label(span, "needs itself first"),
      secondary: declared.map { [Label($0, "made from the clone")] } ?? [],
      helps: [Help("begin with a `domain` that is not a clone")])
  }

  static func cloneBeforeSource(_ name: String, at span: Span, declared: Span) -> Diagnostic {
    Diagnostic(
      code: .names.cyclicClone, "\(QuotedText.literal(name)) is cloned before it is declared",
      at: Label(span, "not declared yet"), secondary: [Label(declared, "declared here")],
      helps: [Help("move the clone below its source")])
  }

  static func nothingToRemove(_ what: String, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .names.nothingToRemove, "the source has no \(what) to remove", at: Label(span),
      helps: [Help("positions count from 1 among the blocks of that name")])
  }

  static func removeOutsideClone(at span: Span) -> Diagnostic {
    Diagnostic(code: .names.nothingToRemove, "`remove` is allowed only in a clone", at: Label(span))
  }

  static func secretName(at span: Span) -> Diagnostic {
    Diagnostic(
      code: .names.unfitName, "a secret cannot be a name", at: Label(span, "secret"),
      notes: ["names are visible to everyone: in plans, in libvirt and in the output of runs"],
      helps: [Help("use another value in the name")])
  }

  static func nameNotString(_ value: Value, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .evaluation.wrongType, "a name must be a string, not \(value.kindInWords)",
      at: Label(span, value.excerpt), helps: [Help("write `\"\\(…)\"` around it")])
  }

  static func invalidName(_ name: String, of what: String, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .names.unfitName,
      "\(excerpt(QuotedText.literal(name), 60)) cannot be the name of \(what)",
      at: Label(span),
      notes: [
        "a name has 1 to \(ResourceName.maximumLength) bytes, contains no `/ \\ < > \" '`, no `..` and "
          + "no control characters, and neither begins nor ends with white space"
      ], helps: [Help("use letters, digits, `-`, `_` and single dots")])
  }
}

/// The codes of names and of the schema.
package struct NameCodes: DiagnosticTable {
  package init() {}

  package let unknownName = DiagnosticCode.ofScript(
    201, "unknown name",
    "The name is neither defined in the script, nor imported, nor built in. Names are case "
      + "sensitive. A word with a hyphen must be written as a string. Words that begin statements "
      + "are not values.")
  package let duplicateName = DiagnosticCode.ofScript(
    202, "name defined twice",
    "A name can be defined only once in a scope, because values never change. Rename one of them.")
  package let usedBeforeDefinition = DiagnosticCode.ofScript(
    203, "used before its definition",
    "Statements run from top to bottom; only functions can be used before their definition. Move the "
      + "definition up, or the use down.")
  package let misplacedStatement = DiagnosticCode.ofScript(
    204, "misplaced statement",
    "`param`, `import` and `stack` are allowed only at the top level of a file, resources, outputs and verbs only "
      + "outside of functions: a function computes a value and does nothing else.")
  package let unknownKind = DiagnosticCode.ofScript(
    205, "unknown kind of resource",
    "`WORD NAME { … }` declares a resource, but there is no kind of resource with this name.")
  package let unknownType = DiagnosticCode.ofScript(
    206, "unknown type",
    "A parameter is one of bool, int, float, string, size, duration, ip, cidr, mac, list, map or "
      + "secret.")
  package let unknownMember = DiagnosticCode.ofScript(
    207, "unknown member",
    "The value has no member of this name. For a map, `m[\"key\"]` returns `none` if the key is "
      + "missing; `m.key` requires it.")
  package let nameThatIsAlsoVariable = DiagnosticCode.ofScript(
    208, "name that is also a variable",
    "`domain host { … }` declares a machine named \"host\", whatever the value of a variable `host` "
      + "is. To compute a name, write a string with an interpolation.")
  package let unknownProperty = DiagnosticCode.ofScript(
    210, "unknown property", "The schema of this block has no property or block of this name.")
  package let propertyWrittenAsBlock = DiagnosticCode.ofScript(
    211, "property written as a block", "Write `key = value` instead of `key { … }`.")
  package let unknownWord = DiagnosticCode.ofScript(
    212, "unknown word",
    "The property accepts a fixed set of words, and no variable has this name either.")
  package let wrongPropertyType = DiagnosticCode.ofScript(
    213, "wrong type of a property",
    "The value does not fit the property. Sizes and durations need a unit: `2GiB`, `30s`. "
      + "Strings are converted to addresses, sizes and the like if the property requires that.")
  package let missingProperty = DiagnosticCode.ofScript(
    214, "missing property", "The block requires this property.")
  package let givenTwice = DiagnosticCode.ofScript(
    215, "set twice",
    "Two entries of one block or map set the same key. Entries of a spread `...map` may be set "
      + "again: the later entry wins.")
  package let labelOfBlock = DiagnosticCode.ofScript(
    216, "label of a block", "Some blocks require a label, some allow one, the others have none.")
  package let duplicateResource = DiagnosticCode.ofScript(
    220, "resource declared twice",
    "A kind and a name denote one resource of the stack. Two names can look the same and differ in "
      + "their code points, such as an é that is one character or an e with an accent; libvirt "
      + "treats them as different, so a stack may contain only one of them.")
  package let cyclicClone = DiagnosticCode.ofScript(
    221, "clone of itself or its descendant",
    "The source must exist before the clone, so it cannot be made from the clone. A source in this "
      + "script must be declared above its clones.")
  package let nothingToRemove = DiagnosticCode.ofScript(
    222, "remove without something to remove",
    "`remove nic 2` or `remove disk data` removes a block that a clone inherits, by position from 1 "
      + "or by label.")
  package let unfitName = DiagnosticCode.ofScript(
    223, "unfit name",
    "A name becomes a part of paths and of libvirt's XML, so it contains no slashes, quotes, angle "
      + "brackets or control characters. It is visible to everyone, so it cannot be a secret.")
}

extension DiagnosticCode {
  /// The codes of names and of the schema.
  package static let names = NameCodes()
}
