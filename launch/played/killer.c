// Kills the process as it enters the KILL_AT-th of those calls that change something below the folder KILL_BELOW: opening a
// file to write, writing (half of it is written), flushing, closing, renaming, linking, removing. Where KILL_AT is 0 it writes how
// many there were into the file KILL_TELL. `launch/kills` makes a library of it.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int calls;

// Whether it is time. A path that is not absolute is meant where the run is.
static int is_due(const char *path) {
  const char *below = getenv("KILL_BELOW"), *at = getenv("KILL_AT");
  if (!below || !at || (path[0] == '/' && strncmp(path, below, strlen(below)) != 0)) return 0;
  return __atomic_add_fetch(&calls, 1, __ATOMIC_SEQ_CST) == atoi(at);
}

static int is_due_for(int descriptor) {
  char link[32], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length <= 0 || path[0] != '/') return 0;
  path[length] = 0;
  return is_due(path);
}

static void end(void) { kill(getpid(), SIGKILL); }

__attribute__((destructor)) static void tell(void) {
  const char *path = getenv("KILL_TELL");
  FILE *file = path && calls ? fopen(path, "w") : NULL;
  if (!file) return;
  fprintf(file, "%d\n", calls);
  fclose(file);
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int open_or_end(int (*next)(const char *, int, ...), const char *path, int flags, mode_t mode) {
  if ((flags & O_ACCMODE) != O_RDONLY && is_due(path)) end();
  return next(path, flags, mode);
}

int open(const char *path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  mode_t mode = flags & O_CREAT ? va_arg(list, mode_t) : 0;
  va_end(list);
  return open_or_end(NEXT(open), path, flags, mode);
}

int open64(const char *path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  mode_t mode = flags & O_CREAT ? va_arg(list, mode_t) : 0;
  va_end(list);
  return open_or_end(NEXT(open64), path, flags, mode);
}

ssize_t write(int descriptor, const void *bytes, size_t count) {
  ssize_t (*next)(int, const void *, size_t) = NEXT(write);
  if (is_due_for(descriptor)) {
    next(descriptor, bytes, count / 2);
    end();
  }
  return next(descriptor, bytes, count);
}

int fsync(int descriptor) {
  if (is_due_for(descriptor)) end();
  return NEXT(fsync)(descriptor);
}

int close(int descriptor) {
  if (is_due_for(descriptor)) end();
  return NEXT(close)(descriptor);
}

int rename(const char *from, const char *to) {
  if (is_due(to)) end();
  return NEXT(rename)(from, to);
}

int symlink(const char *target, const char *path) {
  if (is_due(path)) end();
  return NEXT(symlink)(target, path);
}

int unlink(const char *path) {
  if (is_due(path)) end();
  return NEXT(unlink)(path);
}

int mkdir(const char *path, mode_t mode) {
  if (is_due(path)) end();
  return NEXT(mkdir)(path, mode);
}
