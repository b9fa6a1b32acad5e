// SPDX-License-Identifier: Apache-2.0
#include "options/checks.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <type_traits>

#include "base/byte_count.hpp"
#include "base/host_memory.hpp"
#include "base/memory_info.hpp"
#include "base/number_words.hpp"

namespace nonneg {

template <class T>
Precision require_precision(const Options& options) {
  constexpr Precision kOwn = std::is_same_v<T, float> ? Precision::float32 : Precision::float64;
  if (options.precision == Precision::tf32 && std::is_same_v<T, float>) return Precision::tf32;
  if (options.precision != Precision::automatic && options.precision != kOwn) {
    throw InvalidArgument(Subject::precision,
                          fmt::format("precision = {}: this solver computes in {}; leave precision "
                                      "at auto or use the other type",
                                      to_string(options.precision), to_string(kOwn)));
  }
  return kOwn;
}

template <class T>
void require_valid_factor(Subject subject, MatrixView<const T> factor, std::string_view name) {
  for (Index i = 0; i < factor.rows(); ++i) {
    for (Index j = 0; j < factor.cols(); ++j) {
      const T value = factor(i, j);
      if (!(value >= 0) || std::isinf(value)) {
        throw InvalidArgument(
            subject,
            fmt::format("entry ({}, {}) of {} is {}: every entry must be a finite number >= 0", i,
                        j, name.empty() ? to_string(subject) : name, number_words(value)));
      }
    }
  }
}

template <class T>
void require_shape(Subject subject, MatrixView<const T> factor, Index rows, Index cols) {
  require_readable(subject, factor);
  if (factor.rows() != rows || factor.cols() != cols) {
    throw InvalidArgument(
        subject, fmt::format("{} is {} x {}: it must be {} x {}", to_string(subject), factor.rows(),
                             factor.cols(), rows, cols));
  }
}

template <class T>
void require_representable(double typical_entry) {
  // Room for entries a thousand times larger, and for a thousand times smaller ones.
  constexpr double kRoom = 1e3;
  const auto most = static_cast<double>(std::numeric_limits<T>::max()) / kRoom;
  const auto least = static_cast<double>(std::numeric_limits<T>::min()) * kRoom;
  if (typical_entry == 0 || (typical_entry >= least && typical_entry <= most)) return;
  throw InvalidArgument(
      Subject::A,
      fmt::format(
          "factor entries of A would be about {:.1e}, beyond what {} holds; use precision = "
          "float64, or scale A",
          typical_entry, std::is_same_v<T, float> ? "float32" : "float64"));
}

void require_memory(const Plan& plan) {
  const auto require = [&](std::string_view what, std::string_view place, std::uint64_t bytes,
                           std::uint64_t free, std::string_view remedy) {
    if (bytes <= free) return;
    throw OutOfMemory(
        fmt::format("{} for {} x {} with rank {} take {}{}: {} free; {}", what, plan.rows,
                    plan.cols, plan.rank, byte_count(bytes), place, byte_count(free), remedy),
        bytes, free);
  };
  if (plan.backend == BackendKind::cpu) {
    require("factors and workspace", "", plan.total_bytes, available_memory_bytes(),
            "a smaller rank or fewer panel rows take less");
    return;
  }
  const bool lowest = plan.panel_rows <= 1;
  require(fmt::format("factors, workspace and panels of {}",
                      lowest ? "a single row" : fmt::format("{} rows", plan.panel_rows)),
          " on the device", plan.total_bytes, plan.device_free_bytes,
          lowest ? "use a smaller rank, or the cpu backend"
                 : "use a smaller rank, fewer panel rows, or the cpu backend");
  require("panels", " on the host", plan.pinned_bytes, available_memory_bytes(),
          "fewer panel rows take less");
}

template Precision require_precision<float>(const Options&);
template Precision require_precision<double>(const Options&);
template void require_representable<float>(double);
template void require_representable<double>(double);
template void require_valid_factor(Subject, MatrixView<const float>, std::string_view);
template void require_valid_factor(Subject, MatrixView<const double>, std::string_view);
template void require_shape(Subject, MatrixView<const float>, Index, Index);
template void require_shape(Subject, MatrixView<const double>, Index, Index);

}  // namespace nonneg
