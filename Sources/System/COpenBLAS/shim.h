// The only way to OpenBLAS. `cblas.h` imports as it is; the header is named here so that pkg-config's folder is used.
#ifndef CNN_DIST_COPENBLAS_SHIM_H
#define CNN_DIST_COPENBLAS_SHIM_H

#include <cblas.h>

// LAPACK's eigenvalues and eigenvectors of a symmetric matrix, which OpenBLAS has and cblas.h does not speak of.
void dsyev_(const char *jobz, const char *uplo, const blasint *n, double *a, const blasint *lda, double *w, double *work,
            const blasint *lwork, blasint *info);

#endif
