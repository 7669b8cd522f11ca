// The only way to libsamplerate, whose header imports as it is.
#ifndef CNN_DIST_CSAMPLERATE_SHIM_H
#define CNN_DIST_CSAMPLERATE_SHIM_H

#include <samplerate.h>

#endif
