import VMScriptSyntax

extension Reference {
  /// Statements, resources first.
  public static let statements: [ReferenceEntry] = [
    .init(
      "image", "image NAME { … }", "Makes a disk image that backs the disks of machines",
      "image data { format = qcow2, size = 4GiB }"),
    .init(
      "net", "net NAME { … }", "Makes a network of the host",
      "net lab { subnet = 10.10.0.0/24 }"),
    .init(
      "domain", "domain NAME { … }", "Makes a machine and starts it",
      "domain web { memory = 256MiB, nic { net = \"default\" } }"),
    .init(
      "clone", "clone SOURCE as NAME { … }",
      "Makes a machine like another, on overlays of its disks, with a UUID and MACs of its own",
      "clone domain(\"test\") as copy { memory = 512MiB }"),
    .init("let", "let NAME = VALUE", "Names a value", "let size = 20GiB / 4"),
    .init(
      "param", "param NAME: TYPE = VALUE", "Names a value that a run can be given by `--set`",
      "param replicas: int = 3"),
    .init("func", "func NAME(ARGUMENTS) = VALUE", "Names a function", "func twice(n) = 2 * n"),
    .init(
      "if", "if CONDITION { … } else { … }", "Does one thing or the other",
      "if 2 > 1 { print \"so it is\" }"),
    .init(
      "for", "for NAME in LIST { … }", "Does something for each item of a list, map or range",
      "for n in 1...3 { print \"web-\\(n)\" }"),
    .init(
      "import", "import \"FILE\" as NAME", "Takes in another script; its names are members of NAME",
      ""),
    .init(
      "output", "output NAME = VALUE", "Says what a run reports and `eval` gives",
      "output total = 3 * 2GiB"),
    .init(
      "check", "check CONDITION, MESSAGE", "Fails unless the condition holds",
      "check 2GiB < 4GiB, \"too little memory\""),
    .init("print", "print VALUE, …", "Writes values on a line", "print \"half:\", 20GiB / 2"),
    .init(
      "stack", "stack \"NAME\"", "Names the stack that the script's resources belong to", ""),
  ]

  /// What can be done with machines that are there.
  public static let verbs: [ReferenceEntry] = Verb.allCases.map(\.row).map {
    ReferenceEntry($0.word, $0.form, $0.doc, $0.example)
  }
}
