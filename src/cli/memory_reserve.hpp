// SPDX-License-Identifier: Apache-2.0
/// Memory for the way out.
#pragma once

namespace nonneg::cli {

/// Keeps some memory, untouched, until an allocation by `new` fails for the first time. That one
/// throws as ever, and what is destroyed on its way, the error's words, and the results reached
/// have what was kept: JSON's destructor, for one, allocates.
void keep_memory_reserve() noexcept;

}  // namespace nonneg::cli
