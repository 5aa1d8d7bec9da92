extension Catalogue {
  /// The catalogue that ships with the program, in the form of the user's own.
  ///
  /// The text is part of the program, because a library and a relocated program have no folder of
  /// their own.
  static let publishers = """
    debian:11:
      url: https://cloud.debian.org/images/cloud/bullseye/latest/debian-11-genericcloud-{arch}.qcow2
      checksums: SHA512SUMS
      user: debian
      architectures: {x86_64: amd64, aarch64: arm64, ppc64le: ppc64el}
    debian:12:
      url: https://cloud.debian.org/images/cloud/bookworm/latest/debian-12-genericcloud-{arch}.qcow2
      checksums: SHA512SUMS
      user: debian
      architectures: {x86_64: amd64, aarch64: arm64, ppc64le: ppc64el}
    debian:13:
      url: https://cloud.debian.org/images/cloud/trixie/latest/debian-13-genericcloud-{arch}.qcow2
      checksums: SHA512SUMS
      user: debian
      architectures: {x86_64: amd64, aarch64: arm64, ppc64le: ppc64el, riscv64: riscv64}

    ubuntu:20.04: &ubuntu
      url: https://cloud-images.ubuntu.com/releases/20.04/release/ubuntu-20.04-server-cloudimg-{arch}.img
      checksums: SHA256SUMS
      signature: SHA256SUMS.gpg
      keyrings:
        - /usr/share/keyrings/ubuntu-cloudimage-keyring.gpg
      user: ubuntu
      architectures: {x86_64: amd64, aarch64: arm64, ppc64le: ppc64el, s390x: s390x}
    ubuntu:22.04:
      <<: *ubuntu
      url: https://cloud-images.ubuntu.com/releases/22.04/release/ubuntu-22.04-server-cloudimg-{arch}.img
    ubuntu:24.04:
      <<: *ubuntu
      url: https://cloud-images.ubuntu.com/releases/24.04/release/ubuntu-24.04-server-cloudimg-{arch}.img
    ubuntu:24.10:
      <<: *ubuntu
      url: https://cloud-images.ubuntu.com/releases/24.10/release/ubuntu-24.10-server-cloudimg-{arch}.img
    ubuntu:25.04:
      <<: *ubuntu
      url: https://cloud-images.ubuntu.com/releases/25.04/release/ubuntu-25.04-server-cloudimg-{arch}.img

    fedora:41:
      url: https://download.fedoraproject.org/pub/fedora/linux/releases/41/Cloud/{arch}/images/Fedora-Cloud-Base-Generic-41-1.4.{arch}.qcow2
      checksums: Fedora-Cloud-41-1.4-{arch}-CHECKSUM
      signature: inside
      keyrings:
        - /etc/pki/rpm-gpg/RPM-GPG-KEY-fedora-41-primary
        - /usr/share/distribution-gpg-keys/fedora/RPM-GPG-KEY-fedora-41-primary
      user: fedora
      architectures: {x86_64: x86_64, aarch64: aarch64, ppc64le: ppc64le, s390x: s390x}
    fedora:42:
      url: https://download.fedoraproject.org/pub/fedora/linux/releases/42/Cloud/{arch}/images/Fedora-Cloud-Base-Generic-42-1.1.{arch}.qcow2
      checksums: Fedora-Cloud-42-1.1-{arch}-CHECKSUM
      signature: inside
      keyrings:
        - /etc/pki/rpm-gpg/RPM-GPG-KEY-fedora-42-primary
        - /usr/share/distribution-gpg-keys/fedora/RPM-GPG-KEY-fedora-42-primary
      user: fedora
      architectures: {x86_64: x86_64, aarch64: aarch64, ppc64le: ppc64le, s390x: s390x}

    alma:8:
      url: https://repo.almalinux.org/almalinux/8/cloud/{arch}/images/AlmaLinux-8-GenericCloud-latest.{arch}.qcow2
      checksums: CHECKSUM
      user: almalinux
      architectures: &common {x86_64: x86_64, aarch64: aarch64, ppc64le: ppc64le, s390x: s390x}
    alma:9:
      url: https://repo.almalinux.org/almalinux/9/cloud/{arch}/images/AlmaLinux-9-GenericCloud-latest.{arch}.qcow2
      checksums: CHECKSUM
      user: almalinux
      architectures: *common
    alma:10:
      url: https://repo.almalinux.org/almalinux/10/cloud/{arch}/images/AlmaLinux-10-GenericCloud-latest.{arch}.qcow2
      checksums: CHECKSUM
      user: almalinux
      architectures: *common

    rocky:8:
      url: https://download.rockylinux.org/pub/rocky/8/images/{arch}/Rocky-8-GenericCloud-Base.latest.{arch}.qcow2
      checksums: CHECKSUM
      user: rocky
      architectures: {x86_64: x86_64, aarch64: aarch64}
    rocky:9:
      url: https://download.rockylinux.org/pub/rocky/9/images/{arch}/Rocky-9-GenericCloud-Base.latest.{arch}.qcow2
      checksums: CHECKSUM
      user: rocky
      architectures: *common
    rocky:10:
      url: https://download.rockylinux.org/pub/rocky/10/images/{arch}/Rocky-10-GenericCloud-Base.latest.{arch}.qcow2
      checksums: CHECKSUM
      user: rocky
      architectures: *common

    centos-stream:9:
      url: https://cloud.centos.org/centos/9-stream/{arch}/images/CentOS-Stream-GenericCloud-9-latest.{arch}.qcow2
      checksums: CentOS-Stream-GenericCloud-9-latest.{arch}.qcow2.SHA256SUM
      user: cloud-user
      architectures: *common
    centos-stream:10:
      url: https://cloud.centos.org/centos/10-stream/{arch}/images/CentOS-Stream-GenericCloud-10-latest.{arch}.qcow2
      checksums: CentOS-Stream-GenericCloud-10-latest.{arch}.qcow2.SHA256SUM
      user: cloud-user
      architectures: *common

    opensuse:15.6:
      url: https://download.opensuse.org/distribution/leap/15.6/appliances/openSUSE-Leap-15.6-Minimal-VM.{arch}-Cloud.qcow2
      checksums: openSUSE-Leap-15.6-Minimal-VM.{arch}-Cloud.qcow2.sha256
      user: opensuse
      architectures: {x86_64: x86_64, aarch64: aarch64}

    arch:latest:
      url: https://geo.mirror.pkgbuild.com/images/latest/Arch-Linux-{arch}-cloudimg.qcow2
      checksums: Arch-Linux-{arch}-cloudimg.qcow2.SHA256
      user: arch
      architectures: {x86_64: x86_64}

    alpine:3.20:
      url: https://dl-cdn.alpinelinux.org/alpine/v3.20/releases/cloud/nocloud_alpine-3.20.6-{arch}-r0.qcow2
      checksums: nocloud_alpine-3.20.6-{arch}-r0.qcow2.sha512
      user: alpine
      architectures: &alpine {x86_64: x86_64-bios-cloudinit, aarch64: aarch64-uefi-cloudinit}
    alpine:3.21:
      url: https://dl-cdn.alpinelinux.org/alpine/v3.21/releases/cloud/nocloud_alpine-3.21.2-{arch}-r0.qcow2
      checksums: nocloud_alpine-3.21.2-{arch}-r0.qcow2.sha512
      user: alpine
      architectures: *alpine
    alpine:3.22:
      url: https://dl-cdn.alpinelinux.org/alpine/v3.22/releases/cloud/nocloud_alpine-3.22.1-{arch}-r0.qcow2
      checksums: nocloud_alpine-3.22.1-{arch}-r0.qcow2.sha512
      user: alpine
      architectures: *alpine

    cirros:0.6:
      url: https://download.cirros-cloud.net/0.6.3/cirros-0.6.3-{arch}-disk.img
      user: cirros
      architectures: {x86_64: x86_64, aarch64: aarch64, ppc64le: ppc64le}

    """
}
