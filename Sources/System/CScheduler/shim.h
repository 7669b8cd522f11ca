// The only way to Linux's CPU affinity. glibc declares it behind _GNU_SOURCE, which a Swift import cannot set, and
// `syscall` is variadic, which Swift cannot call: one line for each of the two calls.
#ifndef CNN_DIST_CSCHEDULER_SHIM_H
#define CNN_DIST_CSCHEDULER_SHIM_H

#include <sys/syscall.h>
#include <unistd.h>

// Both are about thread `id`, 0 being the calling one. The first returns the bytes that it filled, the second 0; less than
// 0 is a refusal.
static inline long cnn_get_affinity(int id, void *mask, unsigned long bytes) {
  return syscall(SYS_sched_getaffinity, id, bytes, mask);
}
static inline long cnn_set_affinity(int id, const void *mask, unsigned long bytes) {
  return syscall(SYS_sched_setaffinity, id, bytes, mask);
}

#endif
