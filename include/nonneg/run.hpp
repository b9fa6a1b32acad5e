// SPDX-License-Identifier: Apache-2.0
/// Runs on disk: a directory with W.npy, H.npy and run.json, as `nonneg factorize` writes it and
/// `nonneg transform` and `nonneg render` read it.
#pragma once

#include <string>
#include <vector>

#include "nonneg/any.hpp"
#include "nonneg/export.hpp"
#include "nonneg/options.hpp"
#include "nonneg/result.hpp"

namespace nonneg {

/// What a run directory says beside the factors, the options and how the run went.
struct RunDetails {
  /// Where A came from, such as a file; may be empty.
  std::string source{};
  /// Names of A's rows: m of them, or none. On disk each is one line of UTF-8: a line end becomes a
  /// space, a byte that is not UTF-8 becomes U+FFFD.
  std::vector<std::string> row_names{};
  /// Names of A's columns: n of them, or none.
  std::vector<std::string> column_names{};
  /// Who made the run: "library", "factorize", "demo swimmer".
  std::string command = "library";
};

/// What becomes of a directory that is there already.
enum class IfPresent {
  /// InvalidArgument.
  refuse,
  /// It is replaced, if it is empty or holds a run and nothing else; else InvalidArgument.
  replace
};

/// Writes a run into `directory`, made with those above it: all of its files or none. `options`
/// are those that the result was made with; the choices that they leave open are written as the
/// result says they were made. Throws InvalidArgument where the directory may not be taken
/// (Subject::output), names are not as many as rows or columns (Subject::names), the options' rank
/// is not that of the factors (Subject::rank), the options are not valid (their field), or the
/// result has no factors on the host that fit each other (Subject::W, H); IoError.
template <class T>
NONNEG_EXPORT void save(const std::string& directory, const Result<T>& result,
                        const Options& options, const RunDetails& details = {},
                        IfPresent if_present = IfPresent::refuse);
/// The same of a result whose type is known at run time.
NONNEG_EXPORT void save(const std::string& directory, const AnyResult& result,
                        const Options& options, const RunDetails& details = {},
                        IfPresent if_present = IfPresent::refuse);

/// A run as it was written.
struct SavedRun {
  /// In the type of the files, with all that run.json says of the run.
  AnyResult result;
  /// As used: nothing in them is left open, the threads, panel rows, backend and device of the
  /// machine that made the run included. Who goes on from the run elsewhere sets these back:
  /// options.threads = 0, options.panel_rows = 0, options.backend = BackendKind::automatic. The
  /// files of a custom start are not among them.
  Options options;
  /// Source, names and who made the run.
  RunDetails details;
};

/// Reads what save() or the command wrote. A directory without a run.json gives its factors alone,
/// and Options with their rank. Throws InvalidArgument (Subject::file) for factors of shapes that
/// do not fit each other or run.json (its shape and its options' rank), an entry that is negative,
/// NaN or infinite, and a run.json that is no record of a run or has a field of another type;
/// IoError for what cannot be read.
NONNEG_EXPORT SavedRun load(const std::string& directory);

}  // namespace nonneg
