// SPDX-License-Identifier: Apache-2.0
/// One of many runs on disk: an .npz file that appears whole.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "nonneg/result.hpp"

namespace nonneg::ensemble {

/// What is known of a run that has ended, without its factors.
struct ReplicateRecord {
  std::uint64_t seed = 0;
  double loss = 0;
  double objective = 0;
  double relative_error = 0;
  Index iterations = 0;
  StopReason stop_reason = StopReason::iteration_limit;
  double seconds = 0;
  /// Threads that it had on the host.
  int threads = 0;
};

template <class T>
ReplicateRecord record_of(const Result<T>& result, std::uint64_t seed);

/// Returns "runs/k08/r0007.npz".
std::filesystem::path replicate_path(Index rank, Index replicate);

/// Rows of W whose largest component a file holds, at most.
inline constexpr Index kSampledRows = 5000;

/// Writes H (k × n), the numbers of a record by their names, `rows` and `component` (evenly spread
/// rows of W, and the largest component of each; -1 of a row of zeros), and with `keep_w` W. Throws
/// IoError.
template <class T>
void write_replicate(const std::filesystem::path& path, const Result<T>& result, std::uint64_t seed,
                     bool keep_w);

/// Returns the record of a file; nothing where there is no file, or one that is cut short, damaged,
/// or of another seed or shape (k × n). Throws IoError where it is there and cannot be read.
std::optional<ReplicateRecord> read_replicate(const std::filesystem::path& path, std::uint64_t seed,
                                              Index rank, Index cols);

}  // namespace nonneg::ensemble
