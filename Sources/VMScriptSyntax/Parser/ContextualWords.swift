/// The words that are keywords in some places and names in all others, as names of one table.
struct ContextualWords {
  let image, net, domain, clone, output, check, print, stack: Name
  let start, stop, reboot, suspend, resume, delete: Name
  let snapshot, revert, wait: Name
  let to, within, force, remove: Name

  init(_ names: inout NameTable) {
    image = names.intern("image")
    net = names.intern("net")
    domain = names.intern("domain")
    clone = names.intern("clone")
    output = names.intern("output")
    check = names.intern("check")
    print = names.intern("print")
    stack = names.intern("stack")
    start = names.intern("start")
    stop = names.intern("stop")
    reboot = names.intern("reboot")
    suspend = names.intern("suspend")
    resume = names.intern("resume")
    delete = names.intern("delete")
    snapshot = names.intern("snapshot")
    revert = names.intern("revert")
    wait = names.intern("wait")
    to = names.intern("to")
    within = names.intern("within")
    force = names.intern("force")
    remove = names.intern("remove")
  }

  /// `image`, `net`, `domain`.
  func isResourceKind(_ name: Name) -> Bool { name == image || name == net || name == domain }

  /// Verbs that take a target and no more, but for `stop T force`.
  func isPlainVerb(_ name: Name) -> Bool {
    name == start || name == stop || name == reboot || name == suspend || name == resume
      || name == delete
  }

  /// Words that begin a statement which declares no resource, or a clone.
  func beginsOtherStatement(_ name: Name) -> Bool {
    name == print || name == check || name == output || name == stack || name == clone
      || isPlainVerb(name) || name == snapshot || name == revert || name == wait
  }

  /// Words that follow a target; they never begin the name of a resource.
  func followsTarget(_ name: Name) -> Bool { name == to || name == within || name == force }
}
