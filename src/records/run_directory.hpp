/// The directory of a run: W.npy, H.npy and run.json, and files of names where these are many; all
/// of them or none.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "cli/commands/interrupt.hpp"
#include "io/output_path.hpp"
#include "nonneg/matrix_view.hpp"

namespace nonneg::cli {

struct TextFile {
  std::string name;
  std::string content;
};

/// Made before the work begins, so that a place that cannot be used is known at once. The files are
/// written to a hidden directory beside the target, flushed, and renamed into place together; until
/// then an older run stays as it is, and whatever goes wrong, the hidden directory is removed.
class RunDirectory {
 public:
  /// Throws as resolve_output does; and InvalidArgument where `path` exists, unless `overwrite` is
  /// set and it is empty or holds a run and nothing else.
  RunDirectory(const std::string& path, bool overwrite, Interrupt& interrupt);
  ~RunDirectory();
  RunDirectory(const RunDirectory&) = delete;
  RunDirectory& operator=(const RunDirectory&) = delete;

  /// W (m × k), Ht (n × k, written as H, k × n), the record, and further files: kRowNamesFile,
  /// kColumnNamesFile. Throws IoError.
  template <class T>
  void write(MatrixView<const T> W, MatrixView<const T> Ht, const nlohmann::ordered_json& record,
             const std::vector<TextFile>& further = {});

  /// As the user gave it.
  const std::string& name() const noexcept { return path_.given; }

 private:
  void make_partial();
  void write_text(const TextFile& file);
  void commit();
  void replace();
  void discard() noexcept;

  OutputPath path_;
  Interrupt& interrupt_;
  bool unfinished_ = false;
};

}  // namespace nonneg::cli
