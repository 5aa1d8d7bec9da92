import Testing

/// What needs a real host: each test has an isolated libvirtd of its own, one test after the other, as
/// guests run emulated.
@Suite(
  .serialized, .enabled(if: Host.canRun, "scripts/test starts what these tests need"),
  .timeLimit(.minutes(FaultShare.asked == nil ? 10 : 240)))
enum HostTests {}
