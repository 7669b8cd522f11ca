#pragma once
#include <stddef.h>
#include <stdint.h>

// libFuzzer has no header of its own for programs that bring their main: these are its declarations.
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*callback)(const uint8_t *data, size_t size));
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most);
