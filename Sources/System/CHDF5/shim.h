// The only way to HDF5. Its handles of types and property classes are macros that call the library first, and some functions
// are macros over versions of themselves, which Swift cannot import: each has a one-line accessor here.
#ifndef CNN_DIST_CHDF5_SHIM_H
#define CNN_DIST_CHDF5_SHIM_H

#include <hdf5.h>

static inline hid_t cnn_hdf5_native_float(void) { return H5T_NATIVE_FLOAT; }
static inline hid_t cnn_hdf5_file_access(void) { return H5P_FILE_ACCESS; }
static inline unsigned cnn_hdf5_read_only(void) { return H5F_ACC_RDONLY; }
static inline herr_t cnn_hdf5_be_quiet(void) { return H5Eset_auto2(H5E_DEFAULT, NULL, NULL); }
static inline int cnn_hdf5_is_hard_link(hid_t place, const char *name) {
  H5L_info_t link;
  return H5Lget_info(place, name, &link, H5P_DEFAULT) >= 0 && link.type == H5L_TYPE_HARD;
}
static inline hsize_t cnn_hdf5_link_count(hid_t group) {
  H5G_info_t info;
  return H5Gget_info(group, &info) >= 0 ? info.nlinks : 0;
}
// Some file systems have no locks, and nothing is written here. Versions before 1.10.7 cannot be told.
static inline herr_t cnn_hdf5_use_no_locks(hid_t access) {
#if H5_VERSION_GE(1, 12, 1) || (H5_VERSION_GE(1, 10, 7) && !H5_VERSION_GE(1, 11, 0))
  return H5Pset_file_locking(access, 0, 1);
#else
  return 0;
#endif
}

#endif
