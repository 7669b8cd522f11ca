// The only way to libxxhash, whose header imports as it is.
#ifndef CNN_DIST_CXXHASH_SHIM_H
#define CNN_DIST_CXXHASH_SHIM_H

#include <xxhash.h>

#endif
