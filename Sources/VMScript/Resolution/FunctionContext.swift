import VMScriptSyntax

/// The function, lambda or module body being resolved: its scopes and its slots.
final class FunctionContext {
  /// A name of a scope.
  struct Binding {
    let slot: UInt32
    let span: Span
    /// Whether it is the name of a resource rather than a variable.
    let isResource: Bool
  }

  let parent: FunctionContext?
  /// The name by which the function can call itself, with its slot in the parent.
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
  /// Whether this is directly in the module, outside of any block.
  var isTopLevel: Bool { parent == nil && scopes.count == 1 }

  func push() {
    scopes.append([:])
    firstSlots.append(nextSlot)
  }

  /// Leaves a scope; the next one reuses its slots.
  func pop() {
    scopes.removeLast()
    nextSlot = firstSlots.removeLast()
  }

  /// Declares `name` in the innermost scope and returns its slot; returns the earlier span if the
  /// name is taken.
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

  /// Returns the target of `name`, if it is in a scope of this function or of an enclosing one.
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

  /// Returns the binding of `name`, if it is in a scope of this function or of an enclosing one.
  func binding(of name: Name) -> Binding? {
    for scope in scopes.reversed() {
      if let found = scope[name] { return found }
    }
    return parent?.binding(of: name)
  }

  /// All visible names with the places of their definitions; inner ones hide outer ones.
  var visibleDefinitions: [Name: Span] {
    scopes.reduce(into: parent?.visibleDefinitions ?? [:]) { known, scope in
      known.merge(scope.mapValues(\.span)) { $1 }
    }
  }

  /// All visible names, for "did you mean".
  var visibleNames: [Name] {
    scopes.flatMap(\.keys) + (parent?.visibleNames ?? [])
  }
}
