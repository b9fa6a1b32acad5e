// SPDX-License-Identifier: Apache-2.0
#include "base/enumerations.hpp"

namespace nonneg {

std::string_view to_string(Algorithm value) noexcept { return name_of(value); }
std::string_view to_string(Missing value) noexcept { return name_of(value); }
std::string_view to_string(Init value) noexcept { return name_of(value); }
std::string_view to_string(Precision value) noexcept { return name_of(value); }
std::string_view to_string(BackendKind value) noexcept { return name_of(value); }
std::string_view to_string(StopReason value) noexcept { return name_of(value); }
std::string_view to_string(Subject value) noexcept { return name_of(value); }

std::string_view loss_name(double beta) noexcept {
  const Enumerator<double>* line = line_of<NamedLosses>(beta);
  return line != nullptr ? line->name : "beta";
}

}  // namespace nonneg
