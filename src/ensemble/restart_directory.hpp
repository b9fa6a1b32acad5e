// SPDX-License-Identifier: Apache-2.0
/// The directory of many runs on one A: a file for each as it ends, and in the end the best.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "ensemble/replicate_file.hpp"
#include "io/output_guard.hpp"
#include "io/output_path.hpp"
#include "nonneg/data_view.hpp"
#include "nonneg/options.hpp"
#include "records/run_directory.hpp"

namespace nonneg::ensemble {

/// Returns {"data": …, "options": …}: what runs must agree in to be of one directory. `options` are
/// those that runs are to have, resolved, with the seed of the first; threads, and which device it
/// is, are left out.
nlohmann::ordered_json describe_runs(const DataView& A, const Options& options);

/// What may be in the place already.
enum class Access {
  /// Nothing.
  create,
  /// A run or runs, which the first replicate replaces.
  overwrite,
  /// Runs of the same description, which are gone on with; several processes may do so at once.
  join
};

/// The option that joins.
inline constexpr const char* kResume = "--resume";

class RestartDirectory {
 public:
  /// Looks at the place, and changes nothing there. Throws InvalidArgument for what may not be in
  /// it; as io::resolve_output does. `guard` must outlive this.
  RestartDirectory(const std::string& path, Access access, io::OutputGuard& guard,
                   const io::OutputNames& names);

  /// Throws InvalidArgument, with all that differs, where there are runs of another description.
  void begin(const nlohmann::ordered_json& description);

  /// Of replicates 0 … count - 1, whose first has `seed`, those that are there whole, and with
  /// `with_w` have W.
  std::vector<std::optional<ReplicateRecord>> done(Index count, std::uint64_t seed, Index rank,
                                                   Index cols, bool with_w) const;
  /// Makes the directory where it is not there yet. Throws IoError, also where another process has
  /// removed the directory in the meantime; and as begin() where one has made it for other runs.
  template <class T>
  void write(Index replicate, const Result<T>& result, std::uint64_t seed, bool keep_w);

  /// Writes the best run as a directory of its own has it, and `further` files beside it. run.json
  /// is written last; one that is older is gone before, and so are older tables.
  template <class T>
  void write_best(const Result<T>& result, const nlohmann::ordered_json& record,
                  const std::vector<records::TextFile>& further);

  /// As the user gave it.
  const std::string& name() const noexcept { return path_.given; }

 private:
  void make();
  bool require_same() const;
  void require_own() const;
  ReplicateKey key_of(std::uint64_t seed) const { return {seed, job_}; }

  io::OutputPath path_;
  Access access_;
  io::OutputGuard& guard_;
  nlohmann::ordered_json description_;
  /// The description's sum.
  std::string job_;
  bool made_ = false;
};

}  // namespace nonneg::ensemble
