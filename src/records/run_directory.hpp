// SPDX-License-Identifier: Apache-2.0
/// The directory of a run: W.npy, H.npy and run.json, and files of names where these are many; all
/// of them or none.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "io/output_directory.hpp"
#include "io/output_file.hpp"
#include "nonneg/matrix_view.hpp"
#include "nonneg/result.hpp"

namespace nonneg::records {

inline constexpr const char* kRecordFile = "run.json";

struct TextFile {
  /// Is handed a text piece by piece.
  using Take = std::function<void(std::string_view)>;

  std::string name;
  std::string content;
  /// Hands on the content where that is too long to be held; else none.
  std::function<void(const Take&)> write{};
};

/// Made before the work begins, so that a place that cannot be used is known at once. Until the run
/// is written an older one stays as it is.
class RunDirectory {
 public:
  /// Throws as io::resolve_output and io::OutputDirectory do; and InvalidArgument where `path`
  /// exists, unless `overwrite` is set and it is empty or holds a run and nothing else. Messages
  /// call the options by `names`. `guard` must outlive this.
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
  void write_text(const TextFile& file) const;
  io::OutputWords words_for(const std::string& file) const;

  io::OutputDirectory directory_;
};

}  // namespace nonneg::records
