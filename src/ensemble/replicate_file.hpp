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

/// Which run a file is of.
struct ReplicateKey {
  std::uint64_t seed = 0;
  /// What stands for A and the options that the runs of a directory share: a file of other ones, as
  /// it is left where directories are mixed, is none of its runs.
  std::string job{};
};

/// Returns "runs/k08/r0007.npz".
std::filesystem::path replicate_path(Index rank, Index replicate);

/// Rows of W whose largest component a file holds, at most.
inline constexpr Index kSampledRows = 5000;

/// Writes H (k × n), the numbers of a record by their names, `job`, `rows` and `component` (evenly
/// spread rows of W, and the largest component of each; -1 of a row of zeros), and with `keep_w` W.
/// Throws IoError.
template <class T>
void write_replicate(const std::filesystem::path& path, const Result<T>& result,
                     const ReplicateKey& key, bool keep_w);

/// Returns the record of a file; nothing where there is no file, or one that is cut short, damaged,
/// of another key or shape (k × n), or, where `with_w` is set, without W. Throws IoError where it
/// is there and cannot be read.
std::optional<ReplicateRecord> read_replicate(const std::filesystem::path& path,
                                              const ReplicateKey& key, Index rank, Index cols,
                                              bool with_w = false);

}  // namespace nonneg::ensemble
