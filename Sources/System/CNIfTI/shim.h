// The only way to libnifti, the second, which knows both of the format's versions. The headers of the formats import as they
// are; that of the library asks for <znzlib.h>, which Debian keeps where no compiler looks for it, and has no pkg-config file
// to say so: what we call is declared here again.
#ifndef CNN_DIST_CNIFTI_SHIM_H
#define CNN_DIST_CNIFTI_SHIM_H

#include <stddef.h>
#include <nifti/nifti1.h>
#include <nifti/nifti2.h>

int nifti_header_version(const char *header, size_t bytes);
void swap_nifti_header(void *header, int version);
void nifti_datatype_sizes(int type, int *bytes, int *swapped);
const char *nifti_datatype_to_string(int type);

#endif
