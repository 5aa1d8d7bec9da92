import VMScriptSyntax

/// What the codes of names, evaluation and modules mean at length.
public enum LanguageExplanations {
  /// The explanations of VM0201 to VM0224, VM03xx and VM04xx, by number.
  public static let explanations: [DiagnosticExplanation] = names + bodies + evaluation + program

  /// The explanations of every code that a script without a host is given, by number.
  public static let ofCheck: [DiagnosticExplanation] =
    SyntaxExplanations.explanations + explanations + Validation.explanations

  private static let names = [
    DiagnosticExplanation(
      201, "unknown name",
      "The name is neither defined in the script, nor imported, nor built in. Names are case "
        + "sensitive; a word with a hyphen must be written as a string. Words that begin statements "
        + "are no values."),
    DiagnosticExplanation(
      202, "name defined twice",
      "A scope knows each name once, for nothing is ever assigned anew. Give one another name."),
    DiagnosticExplanation(
      203, "used before its definition",
      "Statements run from top to bottom; only functions are known whatever their order. Move the "
        + "definition up, or the use down."),
    DiagnosticExplanation(
      204, "misplaced statement",
      "`param`, `import` and `stack` stand at the top of a file, resources, outputs and verbs "
        + "outside of functions: a function computes a value and does nothing else."),
    DiagnosticExplanation(
      205, "unknown kind of resource",
      "`WORD NAME { … }` declares a resource, but nothing that this host knows is called so."),
    DiagnosticExplanation(
      206, "unknown type",
      "A parameter is one of bool, int, float, string, size, duration, ip, cidr, mac, list, map or "
        + "secret."),
    DiagnosticExplanation(
      207, "unknown member",
      "The value has no member of this name. `m[\"key\"]` of a map gives none where the key is "
        + "missing; `m.key` insists on it."),
    DiagnosticExplanation(
      208, "name that is also a variable",
      "`domain host { … }` declares a machine named \"host\", whatever the value of a variable `host` "
        + "is. A name that is computed is written as a string with an interpolation."),
  ]

  private static let bodies = [
    DiagnosticExplanation(
      210, "unknown property", "The schema of this block has no property or block of the name."),
    DiagnosticExplanation(
      211, "property written as a block", "Write `key = value` instead of `key { … }`."),
    DiagnosticExplanation(
      212, "unknown word",
      "The property takes one of a fixed set of words, and no variable of the name exists either."),
    DiagnosticExplanation(
      213, "wrong type of a property",
      "The value does not fit the property. Sizes and durations carry a unit: `2GiB`, `30s`. "
        + "Strings are read as addresses, sizes and the like where the property wants them."),
    DiagnosticExplanation(214, "missing property", "The block cannot do without this property."),
    DiagnosticExplanation(
      215, "given twice",
      "Two entries of one block or map contradict each other. What `...map` brings may be given "
        + "again: of the two, the later one counts."),
    DiagnosticExplanation(
      216, "label of a block", "Some blocks need a label, some may have one, the rest take none."),
    DiagnosticExplanation(
      220, "resource declared twice",
      "A kind and a name denote one resource of the stack. Two names can look the same and differ in "
        + "their code points, such as an é that is one character or an e with an accent; libvirt "
        + "takes them for two, so one stack has only one of them."),
    DiagnosticExplanation(
      221, "clone of itself or its descendant",
      "A clone needs its source first, so the source cannot come from the clone. A source of this "
        + "script must be declared above its clones."),
    DiagnosticExplanation(
      222, "remove without something to remove",
      "`remove nic 2` or `remove disk data` drops a block of a clone's source, by position from 1 "
        + "or by label."),
    DiagnosticExplanation(
      223, "unfit name",
      "A name becomes a part of paths and of libvirt's XML; it holds no slashes, quotes, angle "
        + "brackets or control characters. It is shown to everybody, and so never a secret."),
  ]

  private static let evaluation = [
    DiagnosticExplanation(
      301, "decision by an unknown value",
      "A live attribute of what does not exist yet is known only after apply. It can be passed on "
        + "and printed, but nothing can depend on it."),
    DiagnosticExplanation(
      302, "wrong type",
      "Conditions are bools, loops go over lists, maps and ranges, names and keys are strings."),
    DiagnosticExplanation(
      303, "operator and operands", "No conversion happens but int to float in arithmetic."),
    DiagnosticExplanation(
      304, "out of range", "Numbers, sizes and durations are 64-bit; none wraps."),
    DiagnosticExplanation(305, "division by zero", "Neither `/` nor `%` takes a zero."),
    DiagnosticExplanation(306, "index out of bounds", "Indexes run from 0; -1 is the last."),
    DiagnosticExplanation(307, "not a function", "Only functions and built-ins can be called."),
    DiagnosticExplanation(308, "number of arguments", "A required argument lacks or one is left."),
    DiagnosticExplanation(
      309, "argument name",
      "No such parameter, or it was given already. Built-in functions and methods take arguments by "
        + "position, as do functions of a host that named no parameters."),
    DiagnosticExplanation(310, "type of an argument", "The function works on another type."),
    DiagnosticExplanation(311, "conversion", "The value does not read as what it shall become."),
    DiagnosticExplanation(312, "malformed text", "The text is not of the format it is read as."),
    DiagnosticExplanation(
      313, "check failed", "A `check` of the script is false; the notes show what its parts were."),
    DiagnosticExplanation(314, "output given twice", "An output has one value."),
    DiagnosticExplanation(
      320, "wrong type of an output",
      "The program that hosts the script reads the output as another type."),
    DiagnosticExplanation(
      321, "missing output or key", "The program that hosts the script needs it."),
    DiagnosticExplanation(
      322, "key that nothing reads",
      "The program that hosts the script takes no such key; most likely it is misspelt."),
    DiagnosticExplanation(
      323, "unfit output",
      "The type fits, but the program that hosts the script takes other values."),
    DiagnosticExplanation(
      316, "function of the host",
      "The function belongs to the program that hosts the script; the note says what it says."),
    DiagnosticExplanation(
      315, "target of a verb", "Verbs act on domains: one, a name, a glob, or a list of them."),
  ]

  private static let program = [
    DiagnosticExplanation(
      401, "import failed", "The file cannot be read; paths are relative to the importing file."),
    DiagnosticExplanation(
      402, "import cycle", "A file imports itself, by way of others. Move the shared part out."),
    DiagnosticExplanation(
      403, "parameter without a value", "It has no default, so the caller must give it."),
    DiagnosticExplanation(404, "parameter of a wrong type", "The text does not read as its type."),
    DiagnosticExplanation(405, "unknown parameter", "The main script declares no such `param`."),
    DiagnosticExplanation(
      406, "unfit stack name", "A stack's name has \(Program.stackNameRule)."),
    DiagnosticExplanation(
      407, "misplaced stack", "The stack is named once, before the first resource."),
    DiagnosticExplanation(410, "too many steps", "The limit on steps keeps a run from hanging."),
    DiagnosticExplanation(411, "too much memory", "The values made are larger than allowed."),
    DiagnosticExplanation(
      412, "too deep", "Functions call each other, or lists and maps nest, without an end in sight."
    ),
    DiagnosticExplanation(
      413, "not allowed", "A script reaches files and environment only where its host allows it."),
    DiagnosticExplanation(414, "outside failed", "What lies outside could not be read."),
    DiagnosticExplanation(
      415, "too many errors",
      "After a hundred errors no more are shown; many follow from the first."
    ),
    DiagnosticExplanation(416, "too much output", "The limit on what is printed keeps logs small."),
    DiagnosticExplanation(
      417, "too long", "The time of an evaluation is limited; waiting for machines does not count."),
    DiagnosticExplanation(418, "called off", "Who evaluates the script ended the evaluation."),
    DiagnosticExplanation(
      419, "no thread", "The process has no more threads or memory for another evaluation."),
  ]
}
