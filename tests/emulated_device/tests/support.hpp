// SPDX-License-Identifier: Apache-2.0
// What the test programs share: a count of failed checks, and vectors to and from the device.
#pragma once

#include <cuda_runtime.h>

#include <cstdio>
#include <cstdlib>
#include <vector>

inline int failed_checks = 0;

/// The call must succeed; the program ends where it does not.
#define NONNEG_MUST(call)                                                  \
  do {                                                                     \
    const int error_ = static_cast<int>(call);                             \
    if (error_ != 0) {                                                     \
      std::printf("%s:%d: %s -> %d\n", __FILE__, __LINE__, #call, error_); \
      std::exit(3);                                                        \
    }                                                                      \
  } while (false)

/// The condition should hold; a failure is counted.
#define NONNEG_CHECK(condition)                                           \
  do {                                                                    \
    if (!(condition)) {                                                   \
      std::printf("%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
      ++failed_checks;                                                    \
    }                                                                     \
  } while (false)

template <class T>
T* to_device(const std::vector<T>& values) {
  T* p = nullptr;
  NONNEG_MUST(cudaMalloc(&p, values.size() * sizeof(T)));
  NONNEG_MUST(cudaMemcpy(p, values.data(), values.size() * sizeof(T), cudaMemcpyHostToDevice));
  return p;
}

template <class T>
std::vector<T> to_host(const T* device, std::size_t count) {
  std::vector<T> values(count);
  NONNEG_MUST(cudaMemcpy(values.data(), device, count * sizeof(T), cudaMemcpyDeviceToHost));
  return values;
}
