// Makes single system calls fail, as odd file systems do: REFUSE="symlink:95 flock:37 mmap:19", a call and its errno each.
// gcc -shared -fPIC -o refuse.so refuse.c -ldl
//
// Calls: symlink, link, flock, fcntl (record locks), mmap (of files), rename, renamedir (of folders), unlink (of open
// files' names: those that begin with .fetch-), fsyncdir, fsync (of files), opendir (open of folders), write (to files),
// close (of files), readlink. With REFUSE_WHILE=PATH they fail only as long as something is at PATH.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static int refused(const char *call) {
  const char *list = getenv("REFUSE"), *path = getenv("REFUSE_WHILE");
  size_t length = strlen(call);
  if (path && access(path, F_OK) != 0) return 0;
  while (list && *list) {
    if (strncmp(list, call, length) == 0 && list[length] == ':') {
      errno = atoi(list + length + 1);
      return errno;
    }
    list = strchr(list, ' ');
    if (list) list++;
  }
  return 0;
}

static int is(int descriptor, mode_t kind) {
  struct stat status;
  int code = errno, answer = fstat(descriptor, &status) == 0 && (status.st_mode & S_IFMT) == kind;
  errno = code;
  return answer;
}

// Whether the run folder, or the data, are meant: programs and libraries are mapped and opened as ever.
static int is_ours(int descriptor) {
  char link[64], path[4096];
  const char *scope = getenv("REFUSE_BELOW");
  if (!scope) return 1;
  strcpy(link, "/proc/self/fd/");
  char digits[16];
  int n = 0;
  for (int rest = descriptor; rest || !n; rest /= 10) digits[n++] = '0' + rest % 10;
  char *end = link + strlen(link);
  while (n) *end++ = digits[--n];
  *end = 0;
  ssize_t (*readlink_)(const char *, char *, size_t) = dlsym(RTLD_NEXT, "readlink");
  ssize_t count = readlink_(link, path, sizeof path - 1);
  if (count < 0) return 0;
  path[count] = 0;
  return strncmp(path, scope, strlen(scope)) == 0;
}

#define REAL(name) __typeof__(&name) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

int symlink(const char *target, const char *path) {
  if (refused("symlink")) return -1;
  REAL(symlink);
  return real(target, path);
}

int symlinkat(const char *target, int folder, const char *path) {
  if (refused("symlink")) return -1;
  REAL(symlinkat);
  return real(target, folder, path);
}

int link(const char *old, const char *new) {
  if (refused("link")) return -1;
  REAL(link);
  return real(old, new);
}

int linkat(int a, const char *old, int b, const char *new, int flags) {
  if (refused("link")) return -1;
  REAL(linkat);
  return real(a, old, b, new, flags);
}

int flock(int descriptor, int operation) {
  if (refused("flock")) return -1;
  REAL(flock);
  return real(descriptor, operation);
}

int fcntl(int descriptor, int command, ...) {
  va_list list;
  va_start(list, command);
  void *argument = va_arg(list, void *);
  va_end(list);
  int is_lock = command == F_SETLK || command == F_SETLKW || command == F_OFD_SETLK || command == F_OFD_SETLKW;
  if (is_lock && refused("fcntl")) return -1;
  REAL(fcntl);
  return real(descriptor, command, argument);
}

int fcntl64(int descriptor, int command, ...) {
  va_list list;
  va_start(list, command);
  void *argument = va_arg(list, void *);
  va_end(list);
  return fcntl(descriptor, command, argument);
}

void *mmap(void *address, size_t length, int protection, int flags, int descriptor, off_t offset) {
  if (descriptor >= 0 && is_ours(descriptor)) {
    if (refused("mmap")) return MAP_FAILED;
    if ((flags & MAP_SHARED) && refused("mmapshared")) return MAP_FAILED;
  }
  REAL(mmap);
  return real(address, length, protection, flags, descriptor, offset);
}

void *mmap64(void *address, size_t length, int protection, int flags, int descriptor, off_t offset) {
  return mmap(address, length, protection, flags, descriptor, offset);
}

int rename(const char *old, const char *new) {
  struct stat status;
  if (refused("rename")) return -1;
  if (lstat(old, &status) == 0 && S_ISDIR(status.st_mode) && refused("renamedir")) return -1;
  REAL(rename);
  return real(old, new);
}

int unlink(const char *path) {
  if (strstr(path, "/.fetch-") && refused("unlink")) return -1;
  REAL(unlink);
  return real(path);
}

int fsync(int descriptor) {
  if (is(descriptor, S_IFDIR) ? refused("fsyncdir") : refused("fsync")) return -1;
  REAL(fsync);
  return real(descriptor);
}

int open(const char *path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  mode_t mode = va_arg(list, mode_t);
  va_end(list);
  if ((flags & O_DIRECTORY) && refused("opendir")) return -1;
  REAL(open);
  return real(path, flags, mode);
}

int open64(const char *path, int flags, ...) {
  va_list list;
  va_start(list, flags);
  mode_t mode = va_arg(list, mode_t);
  va_end(list);
  return open(path, flags, mode);
}

ssize_t write(int descriptor, const void *bytes, size_t count) {
  REAL(write);
  if (descriptor > 2 && is(descriptor, S_IFREG) && is_ours(descriptor) && getenv("REFUSE_BELOW") && refused("write"))
    return -1;
  return real(descriptor, bytes, count);
}

int close(int descriptor) {
  REAL(close);
  int fails = is(descriptor, S_IFREG) && getenv("REFUSE_BELOW") && is_ours(descriptor) && refused("close");
  int code = errno, status = real(descriptor);
  if (!fails) return status;
  errno = code;
  return -1;
}
