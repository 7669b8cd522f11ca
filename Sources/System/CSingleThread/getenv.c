// Lets OpenBLAS start no threads of its own: every product runs on the thread that calls it.
//
// A constructor of OpenBLAS's starts its pool when it is loaded, before main, and ends the process where the system allows
// no more threads (`ulimit -u`). It asks getenv how many to start, so the answer must be there before main as well. A
// variable that is set in .preinit_array comes too early: glibc (2.36) sets `environ` anew after that. So the program has a
// getenv of its own, which every library then calls, as an executable's symbols come first. This cannot be Swift, whose
// runtime is not there yet, nor a header, for it must be one symbol.
#include <stddef.h>
#include <string.h>

extern char **environ;

char *getenv(const char *name) {
  if (strcmp(name, "OPENBLAS_NUM_THREADS") == 0) return "1";
  size_t length = strlen(name);
  for (char **entry = environ; entry != NULL && *entry != NULL; entry++)
    if (strncmp(*entry, name, length) == 0 && (*entry)[length] == '=') return *entry + length + 1;
  return NULL;
}
