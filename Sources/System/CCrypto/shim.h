// The only way to libcrypto; its headers import as they are.
#ifndef CNN_DIST_CCRYPTO_SHIM_H
#define CNN_DIST_CCRYPTO_SHIM_H

#include <openssl/evp.h>

#endif
