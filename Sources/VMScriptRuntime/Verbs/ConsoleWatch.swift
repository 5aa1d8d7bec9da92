import Foundation
import Libvirt
import Synchronization

/// The latest output of a guest's console during a wait.
final class ConsoleWatch: Sendable {
  private struct State {
    var console: Console?
    var isFollowing = false
    var wanted: [UInt8] = []
    var recent: [UInt8] = []
    var isFound = false
  }

  private let state = Mutex(State())
  /// The bytes that are kept.
  private static let size = 4096

  /// Follows the output of a console until the watch ends.
  ///
  /// - Parameters:
  ///   - console: the console to close at the end; nil if others use it.
  ///   - text: a text to look for.
  func follow(_ output: AsyncStream<[UInt8]>, of console: Console? = nil, for text: String) {
    state.withLock { state in
      state.console = console
      state.isFollowing = true
      state.wanted = Array(text.utf8)
    }
    Task { [weak self] in
      for await bytes in output {
        guard let self else { return }
        take(bytes)
      }
    }
  }

  private func take(_ bytes: [UInt8]) {
    state.withLock { state in
      // A text may arrive in pieces.
      let size = max(Self.size, state.wanted.count + bytes.count)
      state.recent = (state.recent + bytes).suffix(size)
      if !state.wanted.isEmpty, state.recent.contains(state.wanted) { state.isFound = true }
    }
  }

  deinit { state.withLock { $0.console?.close() } }

  /// Whether the text was printed.
  var hasShown: Bool { state.withLock(\.isFound) }

  /// Whether a console is followed.
  var isFollowing: Bool { state.withLock(\.isFollowing) }

  /// Returns the last lines with text, without control sequences.
  func lastLines(_ count: Int) -> [String] {
    let text = String(decoding: state.withLock(\.recent), as: UTF8.self)
    let plain = text.replacing(/\u{1B}(\[[0-?]*[ -\/]*[@-~]|[@-Z\\-_]|[()][0-9A-Za-z])/, with: "")
    let lines = plain.split(whereSeparator: \.isNewline).map { line in
      String(
        line.filter { !$0.unicodeScalars.contains { $0.properties.generalCategory == .control } }
      )
      .trimmingCharacters(in: .whitespaces)
    }
    return lines.filter { !$0.isEmpty }.suffix(count).map { String($0.prefix(200)) }
  }
}
