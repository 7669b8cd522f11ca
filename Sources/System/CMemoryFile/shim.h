// The only way to Linux's files in memory. glibc declares them behind _GNU_SOURCE, which a Swift import cannot set, and
// `syscall` is variadic, which Swift cannot call: one line for the call.
#ifndef CNN_DIST_CMEMORYFILE_SHIM_H
#define CNN_DIST_CMEMORYFILE_SHIM_H

#include <sys/syscall.h>
#include <unistd.h>

// A new file without a name, which no child gets; less than 0 is a refusal.
static inline long cnn_memory_file(const char *label) {
  return syscall(SYS_memfd_create, label, 1 /* MFD_CLOEXEC */);
}

#endif
