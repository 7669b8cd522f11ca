import Glibc

/// The memory of this machine.
package enum PhysicalMemory {
  /// All of it.
  package static var bytes: Int { sysconf(Int32(_SC_PHYS_PAGES)) * SharedMemory.page }
}
