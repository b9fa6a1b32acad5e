/// Symbol visibility. The library is built with hidden visibility; what carries NONNEG_EXPORT is
/// its interface.
#pragma once

#if defined(_WIN32)
#define NONNEG_EXPORT
#else
#define NONNEG_EXPORT __attribute__((visibility("default")))
#endif
