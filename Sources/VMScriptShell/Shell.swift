import Foundation
import VMScript
import VMScriptRuntime
import VMScriptSyntax
import VMScriptTerminal

/// The interactive shell: every entry takes effect as it is entered.
public struct Shell: Sendable {
  private let session: LiveSession
  private let screen: Screen
  private let script: SourceText?

  /// A shell on a session.
  ///
  /// - Parameters:
  ///   - screen: the terminal that it is used at.
  ///   - script: is entered before the first prompt; nil for none.
  public init(_ session: LiveSession, screen: Screen, script: SourceText? = nil) {
    self.session = session
    self.screen = screen
    self.script = script
  }

  /// Reads entries and puts them into effect until the user leaves; closes the session's connections.
  ///
  /// - Returns: whether there was a terminal to work with.
  public func run() async -> Bool {
    let (session, screen, script) = (session, screen, script)
    let found = await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        let loop = ShellLoop(session, screen: screen)
        loop?.run(script)
        continuation.resume(returning: loop != nil)
      }
    }
    await close()
    if !found { screen.writeMessage(ShellMessages.noTerminal + "\n") }
    return found
  }

  /// Closes the connections, unless the host has to be waited for.
  private func close() async {
    let (ends, end) = AsyncStream.makeStream(of: Void.self)
    Task { [session] in
      await session.close()
      end.yield()
    }
    Task {
      try? await Task.sleep(for: .seconds(1))
      end.yield()
    }
    for await _ in ends { return }
  }

  /// The codes of the shell's own messages.
  public static let codes = ShellCodes.codes
}
