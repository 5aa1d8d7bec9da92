extension BlockSchema {
  /// Reads a kind of resources from JSON, for hosts that keep their schemas in files or are not
  /// written in Swift.
  ///
  ///     let queue = try BlockSchema(
  ///       json: """
  ///         {
  ///           "name": "queue", "doc": "A queue of jobs",
  ///           "properties": [
  ///             {"name": "depth", "type": {"int": [1, 1000]}, "doc": "Jobs that may wait",
  ///              "required": true},
  ///             {"name": "retention", "type": "duration", "standard": "1h"},
  ///             {"name": "order", "type": {"word": ["fifo", "lifo"]}},
  ///             {"name": "targets", "type": {"list": "ip"}}
  ///           ],
  ///           "blocks": [
  ///             {"name": "worker", "label": "optional", "repeats": true,
  ///              "properties": [{"name": "cores", "type": "int"}]}
  ///           ]
  ///         }
  ///         """)
  ///
  /// Only names are required, and types of properties. A type is one of `bool`, `int`, `float`,
  /// `string`, `secret`, `path`, `size`, `duration`, `ip`, `ipv6`, `ip_range`, `cidr`, `cidr6`, `mac`
  /// and `uuid`, or an object with one member: `int` with the least and the greatest number, `word`
  /// with the words, `list` or `map` with the type of what is in it, `resource` with kinds, `either`
  /// with types. A label is `none`, `optional`, `required` or `text`; `shorthand` names the property
  /// that a plain value in the block's place stands for, `impact` says when a change takes effect,
  /// as ``Impact`` writes it.
  ///
  /// - Throws: ``MalformedText`` that says where what is wrong, such as `properties[1].type`.
  public convenience init(json text: String) throws(MalformedText) {
    let block = try SchemaReader.block(SchemaNode(Value(json: text)))
    self.init(
      block.name, block.doc, label: block.label, repeats: block.repeats,
      shorthand: block.shorthand, properties: block.properties, blocks: block.blocks)
  }
}
