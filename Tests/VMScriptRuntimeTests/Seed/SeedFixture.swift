import Testing
import Yams

@testable import VMScriptPlan

extension StorageFixture {
  /// The seed of the domain `web`, with this `cloud_init` block.
  func seed(
    _ cloudInit: String, beside: String = "", nets: String = ""
  ) async throws -> DomainSeed {
    let plan = try await plan("\(nets)\ndomain web { \(beside)\ncloud_init { \(cloudInit) } }")
    try #require(plan.diagnostics.isEmpty, "\(plan.diagnostics)")
    return try #require(plan.domains["web"]?.seed)
  }

  /// The document of a seed.
  func document(
    _ cloudInit: String, _ name: String = "user-data", beside: String = "", nets: String = ""
  ) async throws -> [String: Any] {
    let seed = try await seed(cloudInit, beside: beside, nets: nets)
    return try #require(try seed.files.document(name))
  }
}

extension [SeedFile] {
  /// The text of a file; nil if there is none.
  func text(_ name: String) -> String? {
    first { $0.name == name }.map { String(decoding: $0.content, as: UTF8.self) }
  }

  /// The YAML of a file.
  func document(_ name: String) throws -> [String: Any]? {
    try text(name).flatMap { try Yams.load(yaml: $0) as? [String: Any] }
  }
}
