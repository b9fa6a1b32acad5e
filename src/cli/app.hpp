// SPDX-License-Identifier: Apache-2.0
/// The command nonneg.
#pragma once

namespace nonneg::cli {

/// The whole command: parses, runs, reports errors. Returns the exit status.
int run(int argc, char** argv) noexcept;

}  // namespace nonneg::cli
