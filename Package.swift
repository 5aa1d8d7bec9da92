// swift-tools-version: 6.1
import PackageDescription

/// Every target is written in Swift 6 with no data race left to luck.
let strict: [SwiftSetting] = [.swiftLanguageMode(.v6)]

let package = Package(
  name: "vmscript",
  products: [
    .library(name: "VMScript", targets: ["VMScriptSyntax", "VMScript", "VMScriptEditing"]),
    .library(name: "VMScriptRuntime", targets: ["VMScriptPlan", "VMScriptRuntime", "Libvirt"]),
    .executable(name: "vmscript", targets: ["vmscript"]),
    // What scripts/install links `libvmscript.so` from.
    .library(name: "CVMScript", type: .static, targets: ["VMScriptLibrary"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // The language: needs neither libvirt nor any other C library.
    .target(name: "VMScriptSyntax", swiftSettings: strict),
    .target(
      name: "VMScript",
      dependencies: [
        "VMScriptSyntax", "Yams",
        .product(name: "OrderedCollections", package: "swift-collections"),
        .product(name: "Crypto", package: "swift-crypto"),
      ],
      swiftSettings: strict),

    // What editors and the shell ask of a script: completion, hover, rename, grammars.
    .target(
      name: "VMScriptEditing", dependencies: ["VMScriptSyntax", "VMScript"], swiftSettings: strict),

    // The language for C: its header, and the functions that stand behind it.
    .target(name: "CVMScript"),
    .target(
      name: "VMScriptLibrary",
      dependencies: [
        "CVMScript", "VMScript", .product(name: "OrderedCollections", package: "swift-collections"),
      ],
      swiftSettings: strict),

    // What is to be done: the state of a host, its documents, plans and their steps; needs no libvirt.
    .target(
      name: "VMScriptPlan",
      dependencies: [
        "VMScript", "VMScriptSyntax", "CChildProcess", "Yams",
        .product(name: "OrderedCollections", package: "swift-collections"),
        .product(name: "Crypto", package: "swift-crypto"),
      ],
      swiftSettings: strict),

    // The host: libvirt, and what brings a declaration there.
    .systemLibrary(name: "CLibvirt", pkgConfig: "libvirt", providers: [.apt(["libvirt-dev"])]),
    .systemLibrary(
      name: "CArchive", pkgConfig: "libarchive", providers: [.apt(["libarchive-dev"])]),
    .target(name: "Libvirt", dependencies: ["CLibvirt"], swiftSettings: strict),
    // Child processes in bounds: what runs between fork and exec.
    .target(name: "CChildProcess"),
    .target(
      name: "VMScriptRuntime",
      dependencies: [
        "VMScript", "VMScriptPlan", "Libvirt", "CArchive", "CChildProcess",
        .product(name: "Crypto", package: "swift-crypto"),
      ],
      swiftSettings: strict),

    // What a terminal shows of a plan and its progress, for the command line and the shell.
    .target(
      name: "VMScriptTerminal",
      dependencies: [
        "Libvirt", "VMScript", "VMScriptPlan", "VMScriptRuntime", "VMScriptSyntax",
        .product(name: "OrderedCollections", package: "swift-collections"),
      ],
      swiftSettings: strict),

    // The shell, and libedit beneath it.
    .systemLibrary(name: "CLibedit", pkgConfig: "libedit", providers: [.apt(["libedit-dev"])]),
    .target(name: "CEditLine", dependencies: ["CLibedit"]),
    .target(
      name: "VMScriptShell",
      dependencies: [
        "CEditLine", "Libvirt", "VMScript", "VMScriptEditing", "VMScriptPlan", "VMScriptRuntime",
        "VMScriptSyntax", "VMScriptTerminal",
      ],
      swiftSettings: strict),
    // Editors: the language server protocol over the language's own analysis; needs no libvirt.
    .target(
      name: "VMScriptLanguageServer",
      dependencies: ["VMScript", "VMScriptEditing", "VMScriptSyntax"],
      swiftSettings: strict),
    .executableTarget(
      name: "vmscript",
      dependencies: [
        "CVMScript", "VMScript", "VMScriptEditing", "VMScriptLanguageServer", "VMScriptPlan",
        "VMScriptRuntime", "VMScriptShell", "VMScriptSyntax", "VMScriptTerminal",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),

    // Tests sit like the sources.
    .testTarget(
      name: "VMScriptSyntaxTests", dependencies: ["VMScriptSyntax"], swiftSettings: strict),
    // The language's suite of scripts, for every way to run them.
    .target(
      name: "SpecSuite", dependencies: ["VMScript", "VMScriptSyntax"], path: "Tests/SpecSuite",
      swiftSettings: strict),
    // A program that evaluates scripts which it does not trust.
    .executableTarget(
      name: "HostileHost", dependencies: ["VMScript", "VMScriptSyntax"],
      path: "Tests/HostileHost", swiftSettings: strict),
    // What a host pays for the language.
    .executableTarget(
      name: "EngineBenchmark", dependencies: ["VMScript"], path: "Tests/EngineBenchmark",
      swiftSettings: strict),
    .testTarget(
      name: "VMScriptTests", dependencies: ["SpecSuite", "VMScript"], swiftSettings: strict),
    .testTarget(
      name: "VMScriptEditingTests", dependencies: ["VMScriptEditing"], swiftSettings: strict),
    .testTarget(name: "LibvirtTests", dependencies: ["Libvirt"], swiftSettings: strict),
    .testTarget(
      name: "VMScriptRuntimeTests", dependencies: ["SpecSuite", "VMScriptPlan", "VMScriptRuntime"],
      swiftSettings: strict),
    // What libvirt reads XML with: our own reader is held to it, and no product links it.
    .systemLibrary(
      name: "CLibxml2", path: "Tests/CLibxml2", pkgConfig: "libxml-2.0",
      providers: [.apt(["libxml2-dev"])]),
    // Seeds are read where they stand; Fuzz builds the entries too.
    .testTarget(
      name: "FuzzTests",
      dependencies: [
        "CLibxml2", "CVMScript", "VMScript", "VMScriptEditing", "VMScriptLibrary",
        "VMScriptPlan", "VMScriptRuntime", "VMScriptSyntax",
      ],
      exclude: ["Seeds"], swiftSettings: strict),
    .testTarget(
      name: "VMScriptTerminalTests",
      dependencies: [
        "VMScript", "VMScriptPlan", "VMScriptRuntime", "VMScriptSyntax", "VMScriptTerminal",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "VMScriptLanguageServerTests", dependencies: ["VMScriptLanguageServer"],
      swiftSettings: strict),
    .testTarget(
      name: "VMScriptShellTests",
      dependencies: ["VMScriptPlan", "VMScriptRuntime", "VMScriptShell"],
      swiftSettings: strict),
    .testTarget(
      name: "EndToEndTests", dependencies: ["HostileHost", "SpecSuite", "VMScript", "vmscript"],
      swiftSettings: strict),
  ]
)
