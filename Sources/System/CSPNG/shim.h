// The only way to libspng, whose header imports as it is. It reports errors by code, and gives every depth.
#ifndef CNN_DIST_CSPNG_SHIM_H
#define CNN_DIST_CSPNG_SHIM_H

#include <spng.h>

#endif
