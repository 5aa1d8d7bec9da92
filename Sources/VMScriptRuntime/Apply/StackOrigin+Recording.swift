import Libvirt
import VMScript
import VMScriptPlan

extension StackOrigin {
  /// Records it in the mark of a machine of the stack that has another one, running and stored; blocks.
  ///
  /// A machine whose definition cannot be read has no mark that could be written.
  func record(in domain: Domain, of stack: String) throws {
    let isPersistent = try domain.isPersistent()
    let definition = try domain.xml(inactive: isPersistent)
    let root: XMLElement
    do throws(MalformedXML) { root = try XMLElement.parse(definition, root: "domain") } catch {
      return
    }
    guard let mark = DomainMetadata.bareMark(in: root), mark["stack"] == stack,
      let recorded = StackOrigin(mark: mark), recorded != self
    else { return }
    write(to: mark)
    try domain.setMetadata(
      mark.xmlString, namespace: DomainMetadata.namespace, prefix: DomainMetadata.prefix,
      live: domain.isActive(), config: isPersistent)
  }

  /// Records it in the mark of a stored network that has another one; blocks.
  ///
  /// libvirt changes the metadata of networks from 9.7 on only, but keeps what a definition says.
  func record(in network: Network, on connection: Connection) throws {
    guard try network.isPersistent() else { return }
    let root = try XMLElement.parse(network.xml(inactive: true), root: "network")
    guard let mark = DomainMetadata.mark(in: root), let recorded = StackOrigin(mark: mark),
      recorded != self
    else { return }
    write(to: mark)
    _ = try connection.defineNetwork(xml: root.xmlString)
  }
}
