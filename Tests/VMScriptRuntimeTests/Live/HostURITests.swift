import Testing
import VMScriptRuntime

@Suite struct HostURITests {
  @Test(
    arguments: [
      ("test:///a", "test:///b", "test:///a"), ("test:///a", nil, "test:///a"),
      (nil, "test:///b", "test:///b"), ("", "test:///b", "test:///b"), (nil, "", nil),
      ("", "", nil),
      (nil, nil, nil),
    ] as [(String?, String?, String?)])
  func theGivenURIComesBeforeTheEnvironments(given: String?, variable: String?, counts: String?) {
    let environment = ["LIBVIRT_DEFAULT_URI": variable].compactMapValues(\.self)
    #expect(HostURI.resolve(given, environment: environment) == counts)
  }
}
