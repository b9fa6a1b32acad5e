// SPDX-License-Identifier: Apache-2.0
/// The reference backend: Eigen and oneDNN products, rows split among threads.
#pragma once

#include <memory>

#include "backend/backend.hpp"

namespace nonneg::cpu {

/// With `threads` 0 it uses all that this process may use.
template <class T>
std::unique_ptr<Backend<T>> make_cpu_backend(int threads);

}  // namespace nonneg::cpu
