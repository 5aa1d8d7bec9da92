import Foundation
import Testing
import VMScriptSyntax

@testable import VMScriptRuntime

@Suite struct StackLockTests {
  private let folder: ScratchFolder
  private var environment: [String: String] { ["XDG_RUNTIME_DIR": folder.path] }

  init() throws { folder = try ScratchFolder() }

  private func take(_ stack: String, uri: String = "qemu:///system") throws(Diagnostic) -> StackLock
  {
    try StackLock.take(stack: stack, uri: uri, environment: environment)
  }

  @Test func aSecondRunOfAStackIsRefusedUntilTheFirstIsOver() throws {
    var first: StackLock? = try take("lab")
    #expect { _ = try take("lab") } throws: { ($0 as? Diagnostic)?.code.number == 711 }
    withExtendedLifetime(first) {}
    first = nil
    _ = try take("lab")
  }

  @Test func otherStacksAndOtherHostsAreIndependent() throws {
    let locks = [
      try take("lab"), try take("lab2"), try take("lab", uri: "qemu+ssh://there/system"),
    ]
    withExtendedLifetime(locks) {}
  }

  @Test func aFolderThatOthersCanWriteToIsRefused() throws {
    let path = folder.file("vmscript")
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: path)
    #expect { _ = try take("lab") } throws: { ($0 as? Diagnostic)?.code.number == 715 }
  }

  @Test func aRuntimeFolderThatIsMissingIsAnError() {
    #expect {
      _ = try StackLock.take(
        stack: "lab", uri: "qemu:///system", environment: ["XDG_RUNTIME_DIR": "/nowhere/at/all"])
    } throws: { ($0 as? Diagnostic)?.code.number == 715 }
  }
}
