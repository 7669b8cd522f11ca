// The only way to libarchive; its headers import as they are.
#ifndef CNN_DIST_CARCHIVE_SHIM_H
#define CNN_DIST_CARCHIVE_SHIM_H

#include <archive.h>
#include <archive_entry.h>

#endif
