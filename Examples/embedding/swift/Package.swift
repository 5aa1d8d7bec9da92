// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "lab",
  dependencies: [
    // In a package of your own: .package(url: "https://…/vmscript", from: "0.1.0")
    .package(name: "vmscript", path: "../../..")
  ],
  targets: [
    .executableTarget(
      name: "lab", dependencies: [.product(name: "VMScript", package: "vmscript")])
  ]
)
