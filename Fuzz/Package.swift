// swift-tools-version: 6.1
import PackageDescription

/// The fuzzers, in a separate package that only `scripts/fuzz` builds.
let package = Package(
  name: "fuzz",
  dependencies: [.package(name: "vmscript", path: "..")],
  targets: [
    .executableTarget(
      name: "vmscript-fuzz",
      dependencies: [
        .product(name: "CVMScript", package: "vmscript"),
        .product(name: "VMScript", package: "vmscript"),
        .product(name: "VMScriptRuntime", package: "vmscript"),
      ],
      swiftSettings: [.swiftLanguageMode(.v6)])
  ]
)
