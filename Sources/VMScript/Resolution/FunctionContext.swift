import VMScriptSyntax

/// The function, lambda or module body that is being resolved: its scopes and its slots.
final class FunctionContext {
  /// A name of a scope.
  struct Binding {
    let slot: UInt32
    let span: Span
    /// Whether a resource bears it, rather than a variable.
    let isResource: Bool
  }

  let parent: FunctionContext?
  /// The name under which the function can call itself, with the slot that its parent stores it in.
  let ownName: (name: Name, slot: UInt32)?
  private(set) var scopes: [[Name: Binding]] = [[:]]
  private(set) var slotCount: UInt32 = 0
  private var nextSlot: UInt32 = 0
  private var firstSlots: [UInt32] = [0]
  private(set) var captures: [Target] = []
  private var captured: [Name: UInt32] = [:]

  init(parent: FunctionContext?, ownName: (name: Name, slot: UInt32)? = nil) {
    self.parent = parent
    self.ownName = ownName
  }

  var isModuleLevel: Bool { parent == nil }
  /// Directly in the module, outside of any block.
  var isTopLevel: Bool { parent == nil && scopes.count == 1 }

  func push() {
    scopes.append([:])
    firstSlots.append(nextSlot)
  }

  /// Leaves a scope; its slots are used again by the next one.
  func pop() {
    scopes.removeLast()
    nextSlot = firstSlots.removeLast()
  }

  /// A slot for `name` in the innermost scope; the earlier span if the name is taken there.
  func declare(
    _ name: Name, span: Span, isResource: Bool = false
  ) -> (slot: UInt32, earlier: Span?) {
    let earlier = scopes[scopes.count - 1][name]?.span
    let slot = nextSlot
    nextSlot += 1
    slotCount = max(slotCount, nextSlot)
    scopes[scopes.count - 1][name] = Binding(slot: slot, span: span, isResource: isResource)
    return (slot, earlier)
  }

  private func localSlot(_ name: Name) -> UInt32? {
    scopes.lazy.reversed().compactMap { $0[name] }.first?.slot
  }

  /// What `name` means here, if a scope of this function or of one around it knows it.
  func lookup(_ name: Name) -> Target? {
    if let slot = localSlot(name) { return .local(slot) }
    if let known = captured[name] { return .capture(known) }
    guard let parent, let outer = parent.lookup(name) else { return nil }
    if let ownName, ownName.name == name, case .local(let slot) = outer, slot == ownName.slot {
      return .callee
    }
    let index = UInt32(captures.count)
    captures.append(outer)
    captured[name] = index
    return .capture(index)
  }

  /// What `name` is bound to, if a scope of this function or of one around it knows it.
  func binding(of name: Name) -> Binding? {
    for scope in scopes.reversed() {
      if let found = scope[name] { return found }
    }
    return parent?.binding(of: name)
  }

  /// All names in sight with the places where they are defined; inner ones hide outer ones.
  var visibleDefinitions: [Name: Span] {
    scopes.reduce(into: parent?.visibleDefinitions ?? [:]) { known, scope in
      known.merge(scope.mapValues(\.span)) { $1 }
    }
  }

  /// All names in sight, for "did you mean".
  var visibleNames: [Name] {
    scopes.flatMap(\.keys) + (parent?.visibleNames ?? [])
  }
}
