// The only way to Linux's CPU affinity. glibc declares it behind _GNU_SOURCE, which a Swift import cannot set, and
// `syscall` is variadic, which Swift cannot call: one line for each of the two calls.
#ifndef CNN_DIST_CSCHEDULER_SHIM_H
#define CNN_DIST_CSCHEDULER_SHIM_H

#include <sys/syscall.h>
#include <unistd.h>

// The first is about thread `id`, 0 being the calling one, and returns the bytes that it filled; the second is about the
// calling thread and returns 0. Less than 0 is a refusal.
static inline long cnn_get_affinity(int id, void *mask, unsigned long bytes) {
  return syscall(SYS_sched_getaffinity, id, bytes, mask);
}
static inline long cnn_set_affinity(const void *mask, unsigned long bytes) {
  return syscall(SYS_sched_setaffinity, 0, bytes, mask);
}

#endif
