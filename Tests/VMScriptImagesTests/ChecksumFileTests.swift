import Testing

@testable import VMScriptImages

@Suite struct ChecksumFileTests {
  private static let short = String(repeating: "0a", count: 32)
  private static let other = String(repeating: "1b", count: 32)
  private static let long = String(repeating: "2c", count: 64)

  @Test(
    "Each publisher's form is read",
    arguments: [
      "\(short)  disk.qcow2", "\(short) *disk.qcow2", "\(short)  ./disk.qcow2",
      "SHA256 (disk.qcow2) = \(short)", "# disk.qcow2: 12 bytes\nSHA256 (disk.qcow2) = \(short)",
      "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nSHA256 (disk.qcow2) = \(short)\n"
        + "-----BEGIN PGP SIGNATURE-----\n\niQIzBAEBCAAdFiEE\n-----END PGP SIGNATURE-----",
      short.uppercased(), "\(short)  another-name.qcow2\n",
    ])
  func form(_ text: String) {
    let sums = ChecksumFile(text)
    #expect(sums.digest(of: "disk.qcow2")?.digits == Self.short)
    #expect(sums.digest(of: "disk.qcow2")?.algorithm == "sha256")
  }

  @Test func `The entry of the image is chosen among several`() {
    let sums = ChecksumFile(
      "\(Self.other)  a.qcow2\n\(Self.short)  b.qcow2\n\(Self.long)  b.qcow2\nnot a line\n")
    #expect(sums.digest(of: "a.qcow2")?.digits == Self.other)
    #expect(sums.digest(of: "b.qcow2")?.digits == Self.long)
    #expect(sums.digest(of: "c.qcow2") == nil)
    #expect(ChecksumFile("<html>Not found</html>").digest(of: "a.qcow2") == nil)
  }

  @Test func `A digest has the length and the digits of its algorithm`() {
    #expect(ExpectedDigest(Self.long)?.algorithm == "sha512")
    #expect(ExpectedDigest("d41d8cd98f00b204e9800998ecf8427e") == nil)
    #expect(ExpectedDigest(String(repeating: "g", count: 64)) == nil)
  }
}
