// SPDX-License-Identifier: Apache-2.0
/// The backend of a run.
#pragma once

#include <memory>

#include "backend/backend.hpp"

namespace nonneg {

/// The backend that `options` asks for (see choose_backend). Throws NotAvailable, with the reason,
/// where this build or machine has none.
template <class T>
std::unique_ptr<Backend<T>> make_backend(const Options& options);

}  // namespace nonneg
