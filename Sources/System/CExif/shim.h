// The only way to libexif, whose header imports as it is.
#ifndef CNN_DIST_CEXIF_SHIM_H
#define CNN_DIST_CEXIF_SHIM_H

#include <libexif/exif-data.h>

#endif
