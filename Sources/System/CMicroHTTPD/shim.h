// The only way to libmicrohttpd. Its header imports as it is, but for functions that take any number of arguments, which Swift
// cannot call: each way in which they are used has a name here.
#ifndef CNN_DIST_CMICROHTTPD_SHIM_H
#define CNN_DIST_CMICROHTTPD_SHIM_H

#include <microhttpd.h>

/// Starts a server on one thread of its own that takes connections from a socket which listens already.
static inline struct MHD_Daemon *cnn_mhd_start(
  unsigned int flags, MHD_AccessHandlerCallback handle, void *context, struct MHD_OptionItem *options
) {
  return MHD_start_daemon(flags, 0, NULL, NULL, handle, context, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
}

/// The connection's socket.
static inline int cnn_mhd_socket(struct MHD_Connection *connection) {
  return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
}

/// The address of a function, as an option takes it.
static inline intptr_t cnn_mhd_completed(MHD_RequestCompletedCallback function) { return (intptr_t)function; }
static inline intptr_t cnn_mhd_notify(MHD_NotifyConnectionCallback function) { return (intptr_t)function; }

#endif
