// The only way to Intel's storage library, of which a checksum is wanted.
#ifndef CNN_DIST_CISAL_SHIM_H
#define CNN_DIST_CISAL_SHIM_H

#include <isa-l/crc.h>

#endif
