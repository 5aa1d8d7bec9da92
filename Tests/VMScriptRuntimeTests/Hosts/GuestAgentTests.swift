import Libvirt
import TestSupport
import Testing
import VMScript
import VMScriptSyntax

@testable import VMScriptPlan
@testable import VMScriptRuntime

/// Questions to the agent in a guest. The guest runs a script from its second disk that speaks the
/// agent's protocol as far as is asked of it.
@Suite(
  .serialized, .enabled(if: HostLab.canRun, "scripts/test starts what these tests need"),
  .timeLimit(.minutes(5)))
struct GuestAgentTests {
  /// Refuses the first command, fails the second one, and needs two looks for the third.
  private static let agent = #"""
    for name in /sys/class/virtio-ports/*/name; do
      [ "$(cat $name)" = org.qemu.guest_agent.0 ] && port=/dev/$(basename $(dirname $name))
    done
    exec 3<>$port
    asked=0
    while true; do
      # Until the host has opened its end there is nothing to read.
      read -r line <&3 || { sleep 1; continue; }
      case $line in
        *guest-sync*) answer="{\"return\": $(echo "$line" | sed 's/.*"id": *\([0-9]*\).*/\1/')}" ;;
        *guest-get-time*) answer='{"return": 1700000000000000000}' ;;
        *guest-exec-status*)
          case $asked in
            2) answer='{"return": {"exited": true, "exitcode": 1, "out-data": "YnJva2Vu"}}' ;;
            3) answer='{"return": {"exited": false}}' asked=4 ;;
            *) answer='{"return": {"exited": true, "exitcode": 0}}' ;;
          esac ;;
        *'"guest-exec"'*)
          asked=$((asked + 1))
          answer='{"return": {"pid": 7}}'
          [ $asked -gt 1 ] || answer='{"error": {"class": "GenericError", "desc": "not here"}}' ;;
        *) answer='{"error": {"class": "CommandNotFound", "desc": "no such command"}}' ;;
      esac
      echo "$answer" >&3
    done
    """#

  @Test func agentAndCloudInitAreAsked() async throws {
    let folder = try ScratchFolder()
    let text = Array(Self.agent.utf8)
    let path = try folder.write(
      "agent.raw", text + Array(repeating: UInt8(ascii: "\n"), count: 65_536 - text.count))
    try await HostLab.run(subnet: "10.181.8") { lab in
      try await lab.settle(
        """
        image "STACK-agent" { source = "\(path)", format = raw }
        net "STACK-a" { subnet = SUBNET.0/24 }
        domain "STACK-web" {
          memory = 256MiB
          disk { image = image("STACK-guest") }
          disk { image = image("STACK-agent") }
          nic { net = net("STACK-a") }
          agent = true
          cloud_init { run = ["touch /run/no-agent", "sh /dev/vdb &"] }
        }
        wait "STACK-web" for agent within 2m
        """)
      let runner = VerbRunner(pool: lab.connections, declarations: DeclarationSet(stack: lab.stack))
      func waiting() async -> Int? {
        var request = VerbRequest(
          .wait, targets: [.pattern(lab.name("web"))], span: RunFixture.span,
          targetSpan: RunFixture.span)
        request.condition = .cloudInit
        request.limit = .seconds(60)
        do throws(Diagnostic) {
          try await runner.perform(request)
          return nil
        } catch { return error.code.number }
      }
      #expect(await waiting() == 713)
      #expect(await waiting() == 714)
      #expect(await waiting() == nil)
    }
  }
}
