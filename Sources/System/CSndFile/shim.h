// The only way to libsndfile, whose header imports as it is.
#ifndef CNN_DIST_CSNDFILE_SHIM_H
#define CNN_DIST_CSNDFILE_SHIM_H

#include <sndfile.h>

#endif
