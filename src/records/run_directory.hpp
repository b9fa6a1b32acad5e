// SPDX-License-Identifier: Apache-2.0
/// The directory of a run: W.npy, H.npy and run.json, and files of names where these are many; all
/// of them or none.
#pragma once

#include <filesystem>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "io/output_directory.hpp"
#include "io/output_path.hpp"
#include "nonneg/matrix_view.hpp"
#include "nonneg/result.hpp"
#include "records/text_pieces.hpp"

namespace nonneg::records {

inline constexpr const char* kRecordFile = "run.json";
/// What the directory of the best of many runs holds beside it: what they have in common, a line
/// for each, and a folder with a file for each.
inline constexpr const char* kRestartsFile = "restarts.json";
inline constexpr const char* kRestartsTable = "restarts.tsv";
inline constexpr const char* kRunsFolder = "runs";

/// The names of all files that a run directory may hold but for pictures.
std::vector<std::string> run_file_names();

/// Whether a directory holds restarts of which no best run was made.
bool holds_unfinished_restarts(const std::filesystem::path& directory);

struct TextFile {
  /// Is handed a text piece by piece.
  using Take = TextPieces::Take;

  std::string name;
  std::string content;
  /// Hands on the content where that is too long to be held; else none.
  std::function<void(const Take&)> write{};
};

/// Looks at a place for a run directory, as io::resolve_output does. Throws InvalidArgument where
/// it exists, unless `overwrite` is set and it is empty or holds a run, or runs, and nothing else.
io::OutputPath checked_run_path(const std::string& given, bool overwrite,
                                const io::OutputNames& names);

/// Writes the files of a run into a directory that is there, which messages call `name`: W (m × k),
/// Ht (n × k, as H, k × n), further files, and last the record with the history. Throws IoError.
template <class T>
void write_run_files(const std::filesystem::path& directory, const std::string& name,
                     MatrixView<const T> W, MatrixView<const T> Ht,
                     const nlohmann::ordered_json& record, const std::vector<LossRecord>& history,
                     const std::vector<TextFile>& further);

/// Made before the work begins, so that a place that cannot be used is known at once. Until the run
/// is written an older one stays as it is.
class RunDirectory {
 public:
  /// Throws as checked_run_path and io::OutputDirectory do. Messages call the options by `names`.
  /// `guard` must outlive this.
  RunDirectory(const std::string& path, bool overwrite,
               io::OutputGuard& guard = io::OutputGuard::none(), const io::OutputNames& names = {});

  /// Writes W (m × k), Ht (n × k, as H, k × n), the record with the history, and further files:
  /// kRowNamesFile, kColumnNamesFile, those of factor_tables(). Throws IoError.
  template <class T>
  void write(MatrixView<const T> W, MatrixView<const T> Ht, const nlohmann::ordered_json& record,
             const std::vector<LossRecord>& history = {},
             const std::vector<TextFile>& further = {});

  /// As the user gave it.
  const std::string& name() const noexcept { return directory_.path().given; }

 private:
  io::OutputDirectory directory_;
};

}  // namespace nonneg::records
