import Foundation
import Testing

@testable import VMScriptLanguageServer

/// Messages that wait for the server.
@Suite struct InboxTests {
  private func message(_ text: String) -> MessageReader.Event { .message(Data(text.utf8)) }

  private let request = #"{"jsonrpc": "2.0", "id": 7, "method": "textDocument/hover"}"#
  private let cancel =
    #"{"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": 7}}"#

  @Test func aRequestThatWaitsCanBeTakenBack() {
    let inbox = Inbox()
    inbox.add(message(request))
    inbox.add(message(cancel))
    #expect(inbox.next(until: nil) == message(request))
    #expect(inbox.takeCancellation(of: .number(7)))
    // It is forgotten: the next one of this number is another.
    #expect(!inbox.takeCancellation(of: .number(7)))
  }

  @Test func aLateCancellationIsIgnored() {
    let inbox = Inbox()
    inbox.add(message(cancel))
    inbox.add(message(request))
    #expect(inbox.next(until: nil) == message(request))
    #expect(!inbox.takeCancellation(of: .number(7)))
    inbox.add(message(#"{"id": "7", "method": "textDocument/hover"}"#))
    inbox.add(message(cancel))
    #expect(!inbox.takeCancellation(of: .text("7")))
    #expect(!inbox.takeCancellation(of: .number(7)))
  }

  @Test func workEndsWhenAMessageComesIn() {
    let inbox = Inbox()
    inbox.whileEmpty { cancellation in
      #expect(!cancellation.isCancelled)
      // Nothing waits that the work would keep from its answer.
      inbox.add(message(cancel))
      #expect(!cancellation.isCancelled)
      inbox.add(message(request))
      #expect(cancellation.isCancelled)
    }
    // It does not begin while the message waits.
    inbox.whileEmpty { #expect($0.isCancelled) }
    _ = inbox.next(until: nil)
    inbox.whileEmpty { #expect(!$0.isCancelled) }
    inbox.whileEmpty { cancellation in
      inbox.add(.end)
      #expect(cancellation.isCancelled)
    }
  }
}
