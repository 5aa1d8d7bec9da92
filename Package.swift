// swift-tools-version: 6.1
import PackageDescription

/// The settings of every target: Swift 6 with full data-race checking.
let strict: [SwiftSetting] = [.swiftLanguageMode(.v6)]

let package = Package(
  name: "vmscript",
  products: [
    .library(name: "VMScript", targets: ["VMScriptSyntax", "VMScript", "VMScriptEditing"]),
    .library(
      name: "VMScriptRuntime",
      targets: ["VMScriptPlan", "VMScriptImages", "VMScriptRuntime", "Libvirt"]),
    .executable(name: "vmscript", targets: ["vmscript"]),
    // scripts/install links `libvmscript.so` from this archive.
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

    // Support for editors and the shell: completion, hover, rename, grammars.
    .target(
      name: "VMScriptEditing", dependencies: ["VMScriptSyntax", "VMScript"], swiftSettings: strict),

    // The library for C: its header and the functions that implement it.
    .target(name: "CVMScript"),
    .target(
      name: "VMScriptLibrary",
      dependencies: [
        "CVMScript", "VMScript", .product(name: "OrderedCollections", package: "swift-collections"),
      ],
      swiftSettings: strict),

    // What is to be done: the state of a host, its documents, plans and their steps; needs no libvirt.
    .systemLibrary(name: "CCrypt", pkgConfig: "libcrypt", providers: [.apt(["libcrypt-dev"])]),
    .target(
      name: "VMScriptPlan",
      dependencies: [
        "VMScript", "VMScriptSyntax", "CChildProcess", "CCrypt", "Yams",
        .product(name: "OrderedCollections", package: "swift-collections"),
        .product(name: "Crypto", package: "swift-crypto"),
      ],
      swiftSettings: strict),

    // The host: libvirt, and the code that applies declarations to it.
    .systemLibrary(name: "CLibvirt", pkgConfig: "libvirt", providers: [.apt(["libvirt-dev"])]),
    .systemLibrary(
      name: "CArchive", pkgConfig: "libarchive", providers: [.apt(["libarchive-dev"])]),
    .systemLibrary(
      name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .target(name: "Libvirt", dependencies: ["CLibvirt"], swiftSettings: strict),
    // Child processes with limits: the code between fork and exec.
    .target(name: "CChildProcess"),
    // Images by address and by name, with their cache; needs no libvirt.
    .target(
      name: "VMScriptImages",
      dependencies: [
        "CArchive", "CCurl", "VMScript", "VMScriptPlan", "VMScriptSyntax",
        .product(name: "Crypto", package: "swift-crypto"),
      ],
      swiftSettings: strict),
    // Extended attributes of files, which Swift's modules of the C library lack.
    .systemLibrary(name: "CFileAttributes"),
    .target(
      name: "VMScriptRuntime",
      dependencies: [
        "VMScript", "VMScriptImages", "VMScriptPlan", "Libvirt", "CChildProcess", "CFileAttributes",
        .product(name: "Crypto", package: "swift-crypto"),
      ],
      swiftSettings: strict),

    // Plans and progress on a terminal, for the command line and the shell.
    .target(
      name: "VMScriptTerminal",
      dependencies: [
        "Libvirt", "VMScript", "VMScriptPlan", "VMScriptRuntime", "VMScriptSyntax",
        .product(name: "OrderedCollections", package: "swift-collections"),
      ],
      swiftSettings: strict),

    // The shell, based on libedit.
    .systemLibrary(name: "CLibedit", pkgConfig: "libedit", providers: [.apt(["libedit-dev"])]),
    .target(name: "CEditLine", dependencies: ["CLibedit"]),
    .target(
      name: "VMScriptShell",
      dependencies: [
        "CEditLine", "Libvirt", "VMScript", "VMScriptEditing", "VMScriptPlan", "VMScriptRuntime",
        "VMScriptSyntax", "VMScriptTerminal",
      ],
      swiftSettings: strict),
    // The language server, based on the language's own analysis; needs no libvirt.
    .target(
      name: "VMScriptLanguageServer",
      dependencies: ["VMScript", "VMScriptEditing", "VMScriptSyntax"],
      swiftSettings: strict),
    .executableTarget(
      name: "vmscript",
      dependencies: [
        "CVMScript", "VMScript", "VMScriptEditing", "VMScriptImages", "VMScriptLanguageServer",
        "VMScriptPlan", "VMScriptRuntime", "VMScriptShell", "VMScriptSyntax", "VMScriptTerminal",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),

    // The tests, laid out like the sources, and the set-up that several of them share.
    .target(
      name: "TestSupport", dependencies: ["VMScript", "VMScriptSyntax"], path: "Tests/TestSupport",
      exclude: ["image_server.py"], swiftSettings: strict),
    .testTarget(
      name: "VMScriptSyntaxTests", dependencies: ["TestSupport", "VMScriptSyntax"],
      swiftSettings: strict),
    // The specification scripts of the language, shared by all test targets that run them.
    .target(
      name: "SpecSuite", dependencies: ["TestSupport", "VMScript", "VMScriptSyntax"],
      path: "Tests/SpecSuite",
      swiftSettings: strict),
    // A program that evaluates untrusted scripts.
    .executableTarget(
      name: "HostileHost", dependencies: ["VMScript", "VMScriptSyntax"],
      path: "Tests/HostileHost", swiftSettings: strict),
    // A benchmark of embedding the language.
    .executableTarget(
      name: "EngineBenchmark", dependencies: ["VMScript"], path: "Tests/EngineBenchmark",
      swiftSettings: strict),
    .testTarget(
      name: "VMScriptTests", dependencies: ["SpecSuite", "TestSupport", "VMScript"],
      swiftSettings: strict),
    .testTarget(
      name: "VMScriptEditingTests", dependencies: ["VMScriptEditing"], swiftSettings: strict),
    .testTarget(name: "LibvirtTests", dependencies: ["Libvirt"], swiftSettings: strict),
    .testTarget(
      name: "VMScriptRuntimeTests",
      dependencies: [
        "SpecSuite", "TestSupport", "VMScriptImages", "VMScriptPlan", "VMScriptRuntime",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "VMScriptImagesTests",
      dependencies: [
        "TestSupport", "VMScript", "VMScriptImages", "VMScriptPlan", "VMScriptSyntax",
      ],
      swiftSettings: strict),
    // libvirt's XML library, to verify our own reader; no product links it.
    .systemLibrary(
      name: "CLibxml2", path: "Tests/CLibxml2", pkgConfig: "libxml-2.0",
      providers: [.apt(["libxml2-dev"])]),
    // Seeds are read from the source folder; Fuzz builds the entries too.
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
      dependencies: ["TestSupport", "VMScriptPlan", "VMScriptRuntime", "VMScriptShell"],
      swiftSettings: strict),
    .testTarget(
      name: "EndToEndTests",
      dependencies: ["HostileHost", "SpecSuite", "TestSupport", "VMScript", "vmscript"],
      swiftSettings: strict),
  ]
)
