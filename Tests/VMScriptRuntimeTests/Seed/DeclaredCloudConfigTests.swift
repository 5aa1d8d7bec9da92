import Testing
import VMScript
import VMScriptSyntax

@testable import VMScriptPlan
@testable import VMScriptRuntime

@Suite struct DeclaredCloudConfigTests {
  private static let span = Span(source: SourceID(index: 0), start: 0, length: 0)

  private func block(_ schema: BlockSchema, label: String? = nil, _ values: [String: Value])
    -> DeclaredBlock
  {
    let properties = schema.properties.compactMap { property in
      values[property.name].map {
        DeclaredProperty(schema: property, value: $0, span: Self.span)
      }
    }
    return DeclaredBlock(schema: schema, label: label, properties: properties, span: Self.span)
  }

  @Test func theBlockIsRead() throws {
    let domain = Schema.resource(.domain)
    let schema = try #require(domain.blocks.first { $0.name == "cloud_init" })
    let userSchema = try #require(schema.blocks.first { $0.name == "user" })
    var declared = block(
      schema,
      [
        "hostname": .string("web"), "packages": .list([.string("nginx")]),
        "run": .list([.string("true"), .secret(SecretText("login s3cret"))]),
      ])
    declared.blocks = [
      block(
        userSchema, label: "admin",
        [
          "sudo": .bool(true), "keys": .list([.string("ssh-ed25519 A")]),
          "password": .secret(SecretText("s3cret")), "shell": .string("/bin/sh"),
        ])
    ]
    let config = CloudConfig(declared: declared)
    #expect(config.hostname == "web")
    #expect(config.packages == ["nginx"])
    #expect(config.run == ["true", "login s3cret"])
    let user = try #require(config.users.first)
    #expect(user.name == "admin")
    #expect(user.sudo)
    #expect(user.keys == ["ssh-ed25519 A"])
    #expect(user.password == "s3cret")
    #expect(user.shell == "/bin/sh")
  }

  @Test func anEmptyBlockDeclaresNothing() throws {
    let schema = try #require(
      Schema.resource(.domain).blocks.first { $0.name == "cloud_init" })
    let config = CloudConfig(declared: block(schema, [:]))
    #expect(config.hostname == nil)
    #expect(config.users.isEmpty)
  }
}
