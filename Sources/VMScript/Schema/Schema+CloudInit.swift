extension Schema {
  static let cloudInit = BlockSchema(
    "cloud_init", "The configuration that cloud-init applies at the first start.",
    properties: [
      PropertySchema(
        "hostname", .string,
        "The host name. Defaults to the first label of `fqdn`, otherwise to the domain's name, or to one "
          + "derived from it if that is not a host name.",
        format: .hostName, isInherited: false),
      PropertySchema(
        "fqdn", .string, "The fully qualified domain name.", format: .hostName,
        isInherited: false),
      PropertySchema(
        "locale", .string, "The locale, such as `de_DE.UTF-8`.", format: .locale),
      PropertySchema(
        "timezone", .string, "The time zone, such as `Europe/Berlin`.", format: .timeZone),
      PropertySchema(
        "groups", .either([.list(.string), .map(.list(.string))]),
        "Groups to create: a list of names, or a map from names to members.", format: .userName,
        keyFormat: .userName),
      PropertySchema(
        "ssh_authorized_keys", .list(.string),
        "The SSH public keys of the image's default user, who is created beside the declared users.",
        format: .authorizedKey),
      PropertySchema(
        "ssh_keys", .map(.secret),
        "The SSH host keys by kind, such as `ed25519_private`; undeclared ones are generated.",
        keyFormat: .hostKeyKind, isInherited: false),
      PropertySchema(
        "ssh_pwauth", .bool,
        "Whether SSH accepts passwords; defaults to `true` if a user has a password."),
      PropertySchema(
        "update", .bool, "Whether the package index is updated at the first boot."),
      PropertySchema(
        "upgrade", .bool, "Whether the installed packages are upgraded at the first boot."),
      PropertySchema(
        "packages", .list(.string), "Packages to install.", format: .packageName),
      PropertySchema(
        "run", .list(command),
        "The commands to run at the first boot, in order: shell lines, or lists of arguments."),
      PropertySchema(
        "boot", .list(command),
        "The commands to run early at every boot, in order: shell lines, or lists of arguments."),
      PropertySchema(
        "mounts", .list(.list(.string)),
        "Lines of `/etc/fstab`, each a list of its fields: device, mount point, file system, options, and "
          + "two numbers; all but the first two can be omitted.",
        format: .line),
      PropertySchema(
        "network", .either([.bool, .map(.any)]),
        "The network configuration, version 2. Defaults to one made from the interfaces; `false` leaves it "
          + "to the image."),
      PropertySchema(
        "data", .map(.any),
        "Any user data of cloud-init, merged with the generated data. Maps are merged; otherwise the value "
          + "here wins."),
      PropertySchema(
        "meta", .map(.any), "Any metadata, merged with the generated metadata in the same way."),
    ],
    blocks: [user, files, guestDisks, ntp])

  /// A command of a guest: a line for its shell, or the arguments.
  private static let command = PropertyType.either([.string, .list(.string)])

  private static let user = BlockSchema(
    "user", "An account.", label: .required, labelFormat: .userName, repeats: true,
    properties: [
      PropertySchema(
        "keys", .list(.string), "The SSH public keys for logging in.", format: .authorizedKey),
      PropertySchema(
        "sudo", .either([.bool, .string]),
        "Whether it may become root without a password, or a rule of sudo such as "
          + "`ALL=(ALL) ALL`.", format: .line),
      PropertySchema(
        "password", .secret,
        "The password, in plain text or as a crypt(5) hash: `$id$salt$hash`. Only a hash reaches the guest.",
        format: .accountPassword),
      PropertySchema("shell", .string, "The login shell.", format: .loginShell),
      PropertySchema(
        "groups", .list(.string), "The groups that it belongs to, beside its primary group.",
        format: .userName),
      PropertySchema(
        "primary_group", .string, "The primary group; defaults to a new group of its name.",
        format: .userName),
      PropertySchema("home", .string, "The home folder.", format: .absolutePath),
      PropertySchema("gecos", .string, "The full name, or a comment.", format: .line),
      PropertySchema("uid", .int(0...4_294_967_294), "The user ID."),
      PropertySchema("system", .bool, "Whether it is a system account, without a home folder."),
      PropertySchema("no_create_home", .bool, "Whether no home folder is created."),
      PropertySchema("no_user_group", .bool, "Whether no group of its name is created."),
      PropertySchema(
        "no_log_init", .bool, "Whether it is left out of the databases of logins."),
      PropertySchema(
        "create_groups", .bool, "Whether missing `groups` are created.", defaultValue: .bool(true)),
      PropertySchema(
        "lock_password", .bool,
        "Whether logging in with a password is disabled; defaults to `true` without a `password`."),
      PropertySchema(
        "ssh_import_id", .list(.string),
        "Accounts of Launchpad or GitHub whose SSH keys are imported, such as `gh:NAME`.",
        format: .importID),
      PropertySchema(
        "ssh_redirect_user", .bool,
        "Whether SSH logins are rejected with a hint to the default user."),
      PropertySchema(
        "expire_date", .string, "The date on which the account expires, such as `2030-12-31`.",
        format: .date),
      PropertySchema(
        "inactive", .int(0...99_999),
        "The number of days from the expiry of the password to the deactivation of the account."),
      PropertySchema(
        "selinux_user", .string, "The SELinux user of its logins.", format: .token),
    ])

  /// The content, permissions and owner of a file in a guest.
  static let guestFile = [
    PropertySchema("content", .string, "The content."),
    PropertySchema(
      "source", .path, "A local file with the content, read when the run is planned."),
    PropertySchema(
      "mode", .string, "The permissions, such as `\"0644\"`.", format: .fileMode),
    PropertySchema(
      "owner", .string, "The owner, such as `www-data:www-data`.", format: .fileOwner),
  ]

  private static let files = BlockSchema(
    "files", "A file that is written at the first boot.", repeats: true,
    identity: .properties(["path"]),
    properties: [
      PropertySchema(
        "path", .string, "The path in the guest.", format: .absolutePath, isRequired: true)
    ] + guestFile + [
      PropertySchema("append", .bool, "Whether the content is appended to an existing file."),
      PropertySchema(
        "defer", .bool, "Whether it is written after packages are installed and users created."),
    ])

  private static let guestDisks = BlockSchema(
    "disks", "The partitions and the file system of a disk in the guest.", repeats: true,
    identity: .properties(["device"]),
    properties: [
      PropertySchema(
        "device", .string, "The disk in the guest, such as `/dev/vdb`.", format: .absolutePath,
        isRequired: true),
      PropertySchema("table", .word(["gpt", "mbr"]), "The kind of partition table to create."),
      PropertySchema(
        "layout", .either([.bool, .list(.int(1...100))]),
        "The partitions: `true` for one of the whole disk, or their sizes in percent."),
      PropertySchema(
        "filesystem",
        .either([.word(["ext4", "xfs", "btrfs", "vfat", "swap"]), .string]),
        "The file system to create.", format: .token),
      PropertySchema("label", .string, "The label of the file system.", format: .token),
      PropertySchema(
        "partition", .word(["auto", "any", "none"]),
        "The partition of the file system: a free one, any with this file system, or the whole disk. "
          + "Defaults to `auto` with a partition table, otherwise to `none`."
      ),
      PropertySchema(
        "overwrite", .bool,
        "Whether an existing partition table or file system is overwritten."),
    ])

  private static let ntp = BlockSchema(
    "ntp", "The time servers.",
    properties: [
      PropertySchema("enabled", .bool, "Whether the guest synchronizes its clock."),
      PropertySchema("servers", .list(.string), "Time servers.", format: .listenAddress),
      PropertySchema("pools", .list(.string), "Pools of time servers.", format: .listenAddress),
      PropertySchema(
        "client", .string, "The client, such as `chrony`; defaults to that of the distribution.",
        format: .token),
    ])
}
