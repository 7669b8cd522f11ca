// The only way to libcurl. `curl_easy_setopt` and `curl_easy_getinfo` are variadic, which Swift cannot call: each
// argument type that we pass has a one-line accessor here, and nothing else is in C.
#ifndef CNN_DIST_CCURL_SHIM_H
#define CNN_DIST_CCURL_SHIM_H

#include <curl/curl.h>

static inline CURLcode cnn_curl_set_long(CURL *curl, CURLoption option, long value) {
  return curl_easy_setopt(curl, option, value);
}
static inline CURLcode cnn_curl_set_string(CURL *curl, CURLoption option, const char *value) {
  return curl_easy_setopt(curl, option, value);
}
static inline CURLcode cnn_curl_set_pointer(CURL *curl, CURLoption option, void *value) {
  return curl_easy_setopt(curl, option, value);
}
static inline CURLcode cnn_curl_set_write(CURL *curl, curl_write_callback callback) {
  return curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, callback);
}
static inline CURLcode cnn_curl_set_progress(CURL *curl, curl_xferinfo_callback callback) {
  return curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, callback);
}

#endif
