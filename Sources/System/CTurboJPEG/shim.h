// The only way to libjpeg-turbo, whose header imports as it is. Its TurboJPEG interface reports errors by code; libjpeg's own jumps over its caller.
#ifndef CNN_DIST_CTURBOJPEG_SHIM_H
#define CNN_DIST_CTURBOJPEG_SHIM_H

#include <turbojpeg.h>

#endif
