// The only way to OpenBLAS. `cblas.h` imports as it is; the header is named here so that pkg-config's folder is used.
#ifndef CNN_DIST_COPENBLAS_SHIM_H
#define CNN_DIST_COPENBLAS_SHIM_H

#include <cblas.h>

#endif
