// The only way to libwebp, whose headers import as they are.
#ifndef CNN_DIST_CWEBP_SHIM_H
#define CNN_DIST_CWEBP_SHIM_H

#include <webp/decode.h>
#include <webp/demux.h>

#endif
