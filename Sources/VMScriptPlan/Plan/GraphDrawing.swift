import Foundation

/// Drawings of graphs by Graphviz.
package enum GraphDrawing {
  /// The name of Graphviz's program.
  package static let program = "dot"

  /// The limits of the program.
  private static let limits = ChildProcess.Limits(
    seconds: 60, memory: 2 << 30, fileSize: 256 << 20)

  /// A failure of the program.
  package struct Failure: Error {
    /// Its exit status.
    package let status: Int32
    /// Its messages.
    package let messages: String
  }

  /// Draws a graph in the DOT language as SVG.
  ///
  /// - Throws: ``Failure``, and the errors of ``ChildProcess``.
  package static func svg(_ dot: String) async throws -> String {
    let folder = try PrivateFolder()
    return try await BlockingWork.run { cancellation in
      let (source, drawing) = (folder.file("graph.dot"), folder.file("graph.svg"))
      try Data(dot.utf8).write(to: URL(fileURLWithPath: source))
      // Both paths are absolute, so neither is read as an option.
      let result = try ChildProcess.run(
        program, ["-Tsvg", "-o", drawing, source], limits: limits, cancellation: cancellation)
      guard result.status == 0 else {
        throw Failure(status: result.status, messages: result.errors)
      }
      return String(
        decoding: try Data(contentsOf: URL(fileURLWithPath: drawing)), as: UTF8.self)
    }
  }
}
