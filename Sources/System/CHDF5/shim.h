// The only way to HDF5. Its handles of types and property classes are macros that call the library first, and some functions
// are macros over versions of themselves, which Swift cannot import: each has a one-line accessor here.
#ifndef CNN_DIST_CHDF5_SHIM_H
#define CNN_DIST_CHDF5_SHIM_H

#include <hdf5.h>
#include <unistd.h>

static inline hid_t cnn_hdf5_native_float(void) { return H5T_NATIVE_FLOAT; }
static inline hid_t cnn_hdf5_file_access(void) { return H5P_FILE_ACCESS; }
static inline hid_t cnn_hdf5_dataset_create(void) { return H5P_DATASET_CREATE; }
static inline unsigned cnn_hdf5_read_only(void) { return H5F_ACC_RDONLY; }
static inline herr_t cnn_hdf5_be_quiet(void) { return H5Eset_auto2(H5E_DEFAULT, NULL, NULL); }
static inline int cnn_hdf5_is_hard_link(hid_t place, const char *name) {
  H5L_info_t link;
  return H5Lget_info(place, name, &link, H5P_DEFAULT) >= 0 && link.type == H5L_TYPE_HARD;
}
static inline hid_t cnn_hdf5_little_float(void) { return H5T_IEEE_F32LE; }
static inline hid_t cnn_hdf5_native_long(void) { return H5T_NATIVE_INT64; }
static inline hid_t cnn_hdf5_little_long(void) { return H5T_STD_I64LE; }
static inline hid_t cnn_hdf5_c_string(void) { return H5T_C_S1; }
static inline size_t cnn_hdf5_variable(void) { return H5T_VARIABLE; }
static inline unsigned cnn_hdf5_truncate(void) { return H5F_ACC_TRUNC; }
// Swift's view of glibc lacks fork, because little of a program may be used after it. The library dies of damaged files, so
// it must run in a process that may, and a program of its own for that would have to be found wherever ours is installed.
static inline pid_t cnn_fork(void) { return fork(); }

#endif
