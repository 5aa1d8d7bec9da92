extension Schema {
  static let customize = BlockSchema(
    "customize",
    "Edits of a new disk before its first boot, for guests without cloud-init. They need `virt-customize` "
      + "on this machine; a disk that exists already stays as it is.",
    properties: [
      PropertySchema(
        "hostname", .string,
        "The host name; defaults to the domain's name, or to one derived from it if that is not a host name.",
        format: .hostName, isInherited: false),
      PropertySchema(
        "install", .list(.string), "Packages to install, from the guest's own repositories.",
        format: .customPackage),
      PropertySchema(
        "run", .list(.either([.string, .list(.string)])),
        "The commands to run in the guest's file system, in order, without its services: shell lines, or "
          + "lists of arguments. A clone repeats those of its source.", format: .text),
      PropertySchema(
        "user", .string, "The account of `ssh_keys` and `password`, which must exist after `run`.",
        format: .userName, defaultValue: .string("root")),
      PropertySchema(
        "ssh_keys", .list(.string), "The SSH public keys for logging in as `user`.",
        format: .authorizedKey),
      PropertySchema(
        "password", .secret,
        "The password of `user`, in plain text or as a crypt(5) hash: `$id$salt$hash`. Only a hash reaches "
          + "the guest.", format: .accountPassword),
      PropertySchema(
        "reset_identity", .bool,
        "Whether machine-id, SSH host keys, DHCP leases, udev rules for network interfaces and the random "
          + "seed are made anew.", defaultValue: .bool(true)),
    ],
    blocks: [
      BlockSchema(
        "write", "A file to write; the label is its path in the guest.", label: .anyText,
        labelFormat: .customPath, repeats: true,
        properties: guestFile)
    ])
}
