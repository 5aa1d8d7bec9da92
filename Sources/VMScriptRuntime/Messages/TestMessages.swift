import VMScript
import VMScriptPlan
import VMScriptSyntax

/// Messages about tests.
enum TestMessages {
  /// - Parameter stopped: the error of the statement that was stopped.
  static func timedOut(after lifetime: Duration, _ stopped: Diagnostic?) -> Diagnostic {
    Diagnostic(
      code: .test.timedOut, "the test did not end within its lifetime",
      at: stopped?.primary, notes: stopped.map { [$0.message] } ?? [],
      helps: [.init("limit its waits with `within`, or pass a longer `--lifetime`")])
  }
}

/// The codes of tests.
struct TestCodes: DiagnosticTable {
  let timedOut = DiagnosticCode.ofHost(
    770, "test timed out",
    """
    A test that still runs at the end of its lifetime is stopped, and its stack is destroyed.
    """)
}

extension DiagnosticCode {
  /// The codes of tests.
  static let test = TestCodes()
}
