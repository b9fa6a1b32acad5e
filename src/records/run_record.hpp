// SPDX-License-Identifier: Apache-2.0
/// The content of run.json. Its names are a contract with those who read it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "nonneg/matrix_file.hpp"
#include "nonneg/options.hpp"
#include "nonneg/result.hpp"
#include "records/run_directory.hpp"

namespace nonneg::records {

/// Where run.json says of each component what it explains and how sparse it is, and where they were
/// scaled or moved since the run, by how much and from where.
inline constexpr const char* kComponentsKey = "components";

/// What was factorized, and where it came from.
struct InputDescription {
  /// Empty for generated data.
  std::string path;
  /// MatrixFile::format, or "generated".
  std::string format = "generated";
  Index rows = 0;
  Index columns = 0;
  std::string element_type;
  bool mapped = false;
  /// Whether A is the transpose of what the file holds.
  bool transposed = false;
  /// MatrixFile::dataset.
  std::string dataset;
  /// How a table was read, in words; empty where that leaves no choice.
  std::string layout;
  std::vector<std::string> warnings;
  /// Stored entries of a sparse matrix; nothing for a dense one.
  std::optional<Index> entries;
  std::vector<std::string> row_names;
  std::vector<std::string> column_names;
};

/// Describe what is in a file, and data that was generated.
InputDescription describe(const MatrixFile& file, const OpenOptions& opened);
InputDescription describe(const DataView& generated);
nlohmann::ordered_json to_json(const InputDescription& input);

/// Returns the files of a run directory with one name per line, for names that are too many for
/// run.json, which then has row_names_file and column_names_file. A line end within a name becomes
/// a space.
std::vector<TextFile> name_files(const InputDescription& input);

/// Everything that decided the run. `init_w` and `init_h` are the files of a custom start, or
/// empty.
struct RunRequest {
  /// "factorize", "demo learning", ...
  std::string command;
  InputDescription input;
  Options options;
  std::string init_w;
  std::string init_h;
  /// The file of the weights, or of the mask; at most one of the two.
  std::string weights{};
  std::string mask{};
  /// PrecisionChoice::reason.
  std::string precision_reason{};
};

/// Returns the options by name. They are those of the command line, with '_' for '-'.
nlohmann::ordered_json to_json(const Options& options, const std::string& init_w,
                               const std::string& init_h);

/// Returns what run.json says of a run, with an empty loss_history: write_record writes it from the
/// result's. Numbers that are not finite become null.
template <class T>
nlohmann::ordered_json run_record(const RunRequest& request, const Result<T>& result);

}  // namespace nonneg::records
