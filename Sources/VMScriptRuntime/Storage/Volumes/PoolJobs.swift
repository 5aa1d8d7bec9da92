import Libvirt
import VMScriptPlan

/// Orders the jobs on each storage pool, and remembers which uploads this process began.
actor PoolJobs {
  /// libvirt refuses a job while another runs on the pool; so often is it tried.
  private static let attempts = 50

  private var tails: [String: Task<Void, Never>] = [:]
  private var uploads: Set<String> = []

  /// Notes that a volume is being uploaded by this process, so that it is no leftover.
  func began(_ volume: String) { uploads.insert(volume) }

  /// The volumes among these that this process did not begin.
  func foreign(_ volumes: [VolumeInventory.Volume]) -> [VolumeInventory.Volume] {
    volumes.filter { !uploads.contains($0.name) }
  }

  /// Runs `job` when all earlier jobs on the same subject are over.
  func run<T: Sendable>(on subject: String, _ job: @escaping @Sendable () async throws -> T)
    async throws -> T
  {
    let before = tails[subject]
    let task = Task {
      await before?.value
      try Task.checkCancellation()
      return try await job()
    }
    tails[subject] = Task { _ = await task.result }
    return try await withTaskCancellationHandler {
      try await task.value
    } onCancel: {
      task.cancel()
    }
  }

  /// Whether libvirt refused because another job runs on the pool.
  static func isBusy(_ error: LibvirtError) -> Bool {
    error.message.contains("asynchronous jobs running")
  }

  /// Repeats `call` while libvirt says that another job is running, at most for five seconds.
  static func retrying<T: Sendable>(_ call: @Sendable () async throws -> T) async throws -> T {
    for _ in 1..<attempts {
      do {
        return try await call()
      } catch let error as LibvirtError where isBusy(error) {
        try await Task.sleep(for: .milliseconds(100))
      }
    }
    return try await call()
  }
}
