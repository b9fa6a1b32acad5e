// SPDX-License-Identifier: Apache-2.0
/// Vectors of the machine, as GCC's and Clang's vector extension writes them.
#pragma once

#include <cstring>

namespace nonneg::cpu {

/// Of the widest vector register that the compiler may use.
#if defined(__AVX512F__)
constexpr int kRegisterBytes = 64;
#elif defined(__AVX__)
constexpr int kRegisterBytes = 32;
#else
constexpr int kRegisterBytes = 16;
#endif

/// How many T such a register holds.
template <class T>
constexpr int kRegisterLanes = kRegisterBytes / static_cast<int>(sizeof(T));

template <class T, int Lanes>
struct VectorOf {
  using type __attribute__((vector_size(Lanes * sizeof(T)))) = T;
};

/// In one register or several.
template <class T, int Lanes>
using Vector = typename VectorOf<T, Lanes>::type;

/// By reference: a vector returned by value is passed in another way on each instruction set.
template <class V, class T>
void load(const T* from, V& lanes) {
  std::memcpy(&lanes, from, sizeof(lanes));
}

template <class V, class T>
void store(const V& lanes, T* to) {
  std::memcpy(to, &lanes, sizeof(lanes));
}

}  // namespace nonneg::cpu
