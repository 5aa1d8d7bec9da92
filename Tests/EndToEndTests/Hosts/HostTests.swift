import Testing

/// Tests on a real host: each has an isolated libvirtd of its own, one test after the other, as
/// guests run emulated.
@Suite(
  .serialized, .enabled(if: Host.canRun, "scripts/test starts what these tests need"),
  .timeLimit(.minutes(FaultShare.asked == nil && Host.clones == 2 ? 10 : 240)))
enum HostTests {}
