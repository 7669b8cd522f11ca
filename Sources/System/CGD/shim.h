// The only way to libgd. Its headers import as they are; but what it has to say of a file comes with a va_list, which Swift
// has no word for. It says that a JPEG file ends too early and returns an image all the same, so that its words matter.
#ifndef CNN_DIST_CGD_SHIM_H
#define CNN_DIST_CGD_SHIM_H

#include <gd.h>
#include <gd_errors.h>
#include <gdfonts.h>
#include <stdio.h>

/// What libgd complained of first on this thread since that was forgotten, in 200 bytes; empty for nothing. Each importing file has its own.
static inline char *cnn_gd_complaint(void) {
  static _Thread_local char words[200];  // Swift finds no variable outside of a function
  return words;
}
static inline void cnn_gd_listen(int priority, const char *format, va_list arguments) {
  if (priority <= GD_WARNING && !cnn_gd_complaint()[0]) vsnprintf(cnn_gd_complaint(), 200, format, arguments);
}
/// Has complaints kept from now on, on every thread, instead of written to the standard error.
static inline void cnn_gd_keep_complaints(void) { gdSetErrorMethod(cnn_gd_listen); }
static inline void cnn_gd_forget_complaint(void) { cnn_gd_complaint()[0] = 0; }

#endif
