// The only way to MPI. Open MPI's handles are macros that cast the address of a global, which Swift cannot import:
// each has a one-line accessor here, and nothing else is in C.
#ifndef CNN_DIST_COPENMPI_SHIM_H
#define CNN_DIST_COPENMPI_SHIM_H

#define OMPI_SKIP_MPICXX 1
#include <mpi.h>

static inline MPI_Comm cnn_mpi_comm_world(void) { return MPI_COMM_WORLD; }
static inline MPI_Comm cnn_mpi_comm_null(void) { return MPI_COMM_NULL; }
static inline MPI_Info cnn_mpi_info_null(void) { return MPI_INFO_NULL; }
static inline MPI_Datatype cnn_mpi_float(void) { return MPI_FLOAT; }
static inline MPI_Datatype cnn_mpi_double(void) { return MPI_DOUBLE; }
static inline MPI_Datatype cnn_mpi_byte(void) { return MPI_BYTE; }
static inline MPI_Datatype cnn_mpi_int64(void) { return MPI_INT64_T; }
static inline MPI_Op cnn_mpi_sum(void) { return MPI_SUM; }
static inline MPI_Op cnn_mpi_max(void) { return MPI_MAX; }
static inline MPI_Request cnn_mpi_request_null(void) { return MPI_REQUEST_NULL; }
static inline void *cnn_mpi_in_place(void) { return MPI_IN_PLACE; }
static inline MPI_Status *cnn_mpi_statuses_ignore(void) { return MPI_STATUSES_IGNORE; }
static inline MPI_Errhandler cnn_mpi_errors_return(void) { return MPI_ERRORS_RETURN; }

#endif
