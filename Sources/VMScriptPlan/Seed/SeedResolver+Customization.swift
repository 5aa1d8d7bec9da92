import VMScript
import VMScriptSyntax

/// The edits of a domain's disk.
extension SeedResolver {
  /// The largest local file that is written to a disk, in bytes. A plan holds it in memory.
  private static let largestGuestFile: Int64 = 64 << 20

  /// Returns the edits; nil without a `customize` block, or while values in it are unknown.
  ///
  /// - Parameters:
  ///   - storage: the storage of the domain.
  ///   - isWhole: whether every disk of the domain is in it.
  /// - Throws: a diagnostic at the invalid property, or at the block if no disk can be edited.
  func customization(
    of storage: DomainStorage, isWhole: Bool
  ) throws(Diagnostic) -> Customization? {
    guard let block = domain.body.block("customize"), !block.hasUnknown else { return nil }
    if isWhole, storage.systemDisk == nil {
      throw CustomizationMessages.noDisk(domain.name, at: block.span)
    }
    let user = block["user"]?.text ?? "root"
    var edits: [Customization.Edit] = []
    if let packages = block["install"]?.texts, !packages.isEmpty {
      edits.append(.install(packages))
    }
    if block["reset_identity"] != .bool(false) { edits.append(.resetIdentity) }
    edits.append(.hostName(block["hostname"]?.text ?? CloudConfig.hostName(from: domain.name)))
    let files = try guestFiles(block)
    if !files.isEmpty { edits.append(.write(files)) }
    if case .list(let commands)? = block["run"] { edits += commands.map { .run(Self.line($0)) } }
    if let keys = block["ssh_keys"]?.texts, !keys.isEmpty {
      // A key is often the whole content of a file, whose line has an end.
      let lines = keys.map { $0.last?.isNewline == true ? String($0.dropLast()) : $0 }
      edits.append(.authorize(user: user, keys: lines))
    }
    if let password = block.property("password"), let text = password.value.text {
      do throws(StorageFailure) {
        let hash =
          PasswordHash.isHash(text)
          ? text : try PasswordHash.make(text, user: user, machine: uuid)
        edits.append(.password(user: user, hash: hash))
      } catch { throw StorageMessages.diagnostic(error, at: password.span) }
    }
    return Customization(edits: edits, span: block.span)
  }

  /// Returns the files of the block; a later one replaces an earlier one of the same path.
  private func guestFiles(_ block: DeclaredBlock) throws(Diagnostic) -> [Customization.GuestFile] {
    var files: [Customization.GuestFile] = []
    for file in block.blocks("write") {
      let path = file.label ?? ""
      let content = try content(of: file, upTo: Self.largestGuestFile) { text, span in
        CustomizationMessages.tooLarge(
          text, limit: ByteSize(bytes: Self.largestGuestFile), at: span)
      }
      files.removeAll { $0.path == path }
      files.append(
        Customization.GuestFile(
          path: path, content: content, mode: file["mode"]?.text ?? "0644",
          owner: file["owner"]?.text ?? "root:root"))
    }
    return files
  }

  /// Returns a command as a line for the shell.
  private static func line(_ command: Value) -> String {
    guard let arguments = command.texts else { return command.text ?? "" }
    return arguments.map(QuotedText.shellWord).joined(separator: " ")
  }
}

extension Value {
  /// The texts of a list; nil for any other value.
  fileprivate var texts: [String]? {
    if case .list(let items) = self { items.map { $0.text ?? "" } } else { nil }
  }
}
