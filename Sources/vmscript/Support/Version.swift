import CVMScript

/// The version of the program and of the library, which `vmscript.h` says.
enum Version {
  static let text = "\(VMS_VERSION_MAJOR).\(VMS_VERSION_MINOR).\(VMS_VERSION_PATCH)"
}
