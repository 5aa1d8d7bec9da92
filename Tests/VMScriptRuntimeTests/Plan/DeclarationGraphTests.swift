import TestSupport
import Testing
import VMScript

@testable import VMScriptPlan

@Suite struct DeclarationGraphTests {
  private func graph(_ text: String) throws -> DeclarationGraph {
    DeclarationGraph(DeclarationSet(stack: "test", declarations: try Script.declarations(text)))
  }

  @Test func resourcesAreConnectedToWhatTheyDependOn() throws {
    let graph = try graph(
      """
      image base { size = 1GiB }
      net lab { subnet = 10.1.0.0/24 }
      domain a { disk { image = base }, nic { net = lab }, nic { net = lab } }
      clone a as copied { nic { net = "default" } }
      """)
    #expect(graph.nodes.count == 4)
    #expect(graph.foreign == [ResourceKey(kind: .net, name: "default")])
    #expect(
      graph.dot == #"""
        digraph {
          rankdir = LR
          node [fontname = sans]
          n0 [label = "image base", shape = cylinder]
          n1 [label = "net lab", shape = ellipse]
          n2 [label = "domain a", shape = box]
          n3 [label = "domain copied", shape = box]
          n4 [label = "net default", shape = ellipse, style = dashed]
          n2 -> n0
          n2 -> n1
          n3 -> n2 [label = clone]
          n3 -> n0
          n3 -> n4
          n3 -> n1
        }

        """#)
  }

  @Test func aTreeExpandsEachResourceOnce() throws {
    let graph = try graph(
      """
      image base { size = 1GiB }
      net lab { subnet = 10.1.0.0/24 }
      domain a { disk { image = base }, nic { net = lab } }
      clone a as one { nic { net = "default" } }
      clone a as two {}
      """)
    #expect(
      graph.tree == [
        "domain one",
        "├─ domain a (source)",
        "│  ├─ image base",
        "│  └─ net lab",
        "├─ image base",
        "└─ net default (not declared)",
        "domain two",
        "├─ domain a (source) …",
        "├─ image base",
        "└─ net lab",
      ])
  }

  @Test func aScriptWithoutResourcesIsAnEmptyGraph() throws {
    let graph = try graph("let x = 1")
    #expect(graph.dot == "digraph {\n  rankdir = LR\n  node [fontname = sans]\n}\n")
  }
}
