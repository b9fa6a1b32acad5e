#include "nonneg/result.hpp"

namespace nonneg {

std::string_view to_string(StopReason reason) noexcept {
  switch (reason) {
    case StopReason::converged:
      return "converged";
    case StopReason::iteration_limit:
      return "iteration_limit";
    case StopReason::cancelled:
      return "cancelled";
  }
  return "unknown";
}

}  // namespace nonneg
