/// The names of cloud-init for the properties of the `cloud_init` block.
enum CloudKey {
  static let hostName = "hostname"
  static let localHostName = "local-hostname"
  static let hosts = "manage_etc_hosts"
  static let instance = "instance-id"
  static let lock = "lock_passwd"

  /// The entries that are written as declared, by property.
  static let ofBlock: KeyValuePairs = [
    "hostname": hostName, "fqdn": "fqdn", "locale": "locale", "timezone": "timezone",
    "groups": "groups", "ssh_authorized_keys": "ssh_authorized_keys", "ssh_keys": "ssh_keys",
    "ssh_pwauth": "ssh_pwauth", "update": "package_update", "upgrade": "package_upgrade",
    "packages": "packages", "run": "runcmd", "boot": "bootcmd", "mounts": "mounts",
  ]

  /// The entries of a user by property, except for the password.
  static let ofUser: KeyValuePairs = [
    "shell": "shell", "sudo": "sudo", "keys": "ssh_authorized_keys", "groups": "groups",
    "primary_group": "primary_group", "home": "homedir", "gecos": "gecos", "uid": "uid",
    "system": "system", "no_create_home": "no_create_home", "no_user_group": "no_user_group",
    "no_log_init": "no_log_init", "create_groups": "create_groups", "lock_password": lock,
    "ssh_import_id": "ssh_import_id", "ssh_redirect_user": "ssh_redirect_user",
    "expire_date": "expiredate", "inactive": "inactive", "selinux_user": "selinux_user",
  ]

  /// The entries of a file by property, except for its path and content.
  static let ofFile: KeyValuePairs = [
    "mode": "permissions", "owner": "owner", "append": "append", "defer": "defer",
  ]

  /// The entries of `ntp` that have another name.
  static let ofNTP = ["client": "ntp_client"]

  /// The setting with which cloud-init applies the network configuration at every boot, not only
  /// to a new instance.
  static let networkAtEveryBoot = CloudValue.Entry(
    "updates",
    .map([
      .init(
        "network", .map([.init("when", .list([.string("boot-new-instance"), .string("boot")]))]))
    ]))

  /// The entries of the user data that cloud-init applies at every boot: those of modules with the
  /// frequency `always`.
  static let appliedAtEveryBoot: Set = [
    hostName, "fqdn", "prefer_fqdn_over_hostname", "preserve_hostname", hosts,
    "bootcmd", "growpart", "resize_rootfs", "final_message", "updates",
  ]
}
