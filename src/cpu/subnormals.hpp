// SPDX-License-Identifier: Apache-2.0
/// What a thread does about subnormal numbers.
#pragma once

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace nonneg::cpu {

/// Flushes subnormal numbers to zero on this thread while it lives: factors decay towards zero, and
/// arithmetic on subnormals is a hundred times slower.
class FlushSubnormals {
 public:
#if defined(__SSE2__)
  FlushSubnormals() : saved_(_mm_getcsr()) {
    _mm_setcsr(saved_ | kFlushToZero | kDenormalsAreZero);
  }
  ~FlushSubnormals() { _mm_setcsr(saved_); }
#else
  FlushSubnormals() = default;
  ~FlushSubnormals() = default;
#endif
  FlushSubnormals(const FlushSubnormals&) = delete;
  FlushSubnormals& operator=(const FlushSubnormals&) = delete;

 private:
#if defined(__SSE2__)
  static constexpr unsigned kFlushToZero = 0x8000;
  static constexpr unsigned kDenormalsAreZero = 0x0040;
  unsigned saved_;
#endif
};

}  // namespace nonneg::cpu
