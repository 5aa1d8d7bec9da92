#pragma once
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

/* Swift cannot call variadic functions: one function for each type of an option. */

static inline CURLcode vms_curl_set_number(CURL *transfer, CURLoption option, long value) {
  return curl_easy_setopt(transfer, option, value);
}

static inline CURLcode vms_curl_set_text(CURL *transfer, CURLoption option, const char *value) {
  return curl_easy_setopt(transfer, option, value);
}

static inline CURLcode vms_curl_set_list(CURL *transfer, struct curl_slist *headers) {
  return curl_easy_setopt(transfer, CURLOPT_HTTPHEADER, headers);
}

static inline CURLcode vms_curl_set_errors(CURL *transfer, char *buffer) {
  return curl_easy_setopt(transfer, CURLOPT_ERRORBUFFER, buffer);
}

/* The callbacks receive `context`; a body or header callback that does not return the number of
   bytes it was given ends the transfer, as does a progress callback that does not return zero. */
static inline void vms_curl_set_callbacks(
    CURL *transfer, void *context, size_t (*body)(char *, size_t, size_t, void *),
    size_t (*header)(char *, size_t, size_t, void *),
    int (*progress)(void *, curl_off_t, curl_off_t, curl_off_t, curl_off_t)) {
  curl_easy_setopt(transfer, CURLOPT_WRITEFUNCTION, body);
  curl_easy_setopt(transfer, CURLOPT_WRITEDATA, context);
  curl_easy_setopt(transfer, CURLOPT_HEADERFUNCTION, header);
  curl_easy_setopt(transfer, CURLOPT_HEADERDATA, context);
  curl_easy_setopt(transfer, CURLOPT_XFERINFOFUNCTION, progress);
  curl_easy_setopt(transfer, CURLOPT_XFERINFODATA, context);
  curl_easy_setopt(transfer, CURLOPT_NOPROGRESS, 0L);
}

/* Allows HTTP and HTTPS only, also after a redirect. */
static inline void vms_curl_allow_web_only(CURL *transfer) {
#if LIBCURL_VERSION_NUM >= 0x075500
  curl_easy_setopt(transfer, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(transfer, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
#else
  curl_easy_setopt(transfer, CURLOPT_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS);
  curl_easy_setopt(transfer, CURLOPT_REDIR_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS);
#endif
}

static inline CURLcode vms_curl_initialize(void) { return curl_global_init(CURL_GLOBAL_DEFAULT); }
