// SPDX-License-Identifier: Apache-2.0
/// What the kernel says of this machine.
#pragma once

#include <string>

namespace nonneg::cli {

/// Returns the rest of the first line "KEY : rest" of a file under /proc; empty where there is
/// none.
std::string proc_value(const char* path, const std::string& key);

/// Returns the processor's name, "AMD EPYC 9654 96-Core Processor"; empty where it is not known.
std::string processor_name();

}  // namespace nonneg::cli
