// SPDX-License-Identifier: Apache-2.0
/// What a demo leaves: a directory with its factors, its picture and its report.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/commands/interrupt.hpp"
#include "cli/options/result_options.hpp"
#include "nonneg/solver.hpp"
#include "page/page_events.hpp"
#include "records/run_directory.hpp"

namespace nonneg::cli {

struct DemoPlaces {
  /// Empty: a directory of the demo's own, in the working directory.
  std::string out;
  /// Where the picture goes; empty: into the directory. With it, and without `out`, there is none.
  std::string picture;
  /// Neither picture nor report; without `out` then nothing at all.
  bool no_picture = false;
  bool overwrite = false;
  Telling telling;
};

/// The page events of a demo's run.
template <class T>
class DemoEvents {
 public:
  /// A row of A as a picture of `image` rows and columns; 0 x 0 where it is none.
  DemoEvents(const DataView& A, Index rank, std::pair<Index, Index> image = {0, 0});

  /// Adds a check and the factors then.
  void add(const Solver<T>& solver, const LossRecord& record);
  /// Returns all of them, of a run that is over.
  std::vector<nlohmann::ordered_json> finished(const std::string& name, const Options& options,
                                               const Result<T>& result,
                                               const nlohmann::ordered_json& record) const;

 private:
  DataView A_;
  SnapshotRun run_;
  page::PageEvents events_;
  std::vector<nlohmann::ordered_json> list_;
};

class DemoOutput {
 public:
  /// Looks at the places before the work begins; `picture` is the picture's usual name. Throws
  /// where the user named a place that cannot be used; one of our own choice is left out, with a
  /// warning.
  DemoOutput(const DemoPlaces& places, const std::string& demo, const std::string& picture,
             Interrupt& interrupt);

  /// Whether there will be a picture, and a report.
  bool draws() const noexcept { return draws_; }
  bool reports() const noexcept { return directory_.has_value() && !places_.no_picture; }

  /// Keep what `make` returns, the bytes of a file. Where it cannot be made, gnuplot missing say,
  /// that is an error of a picture that the user named, and else a warning.
  template <class Make>
  void picture(const Make& make) {
    if (draws_) attempt([&] { picture_ = make(); }, "picture");
  }
  template <class Make>
  void report(const Make& make) {
    if (reports()) attempt([&] { report_ = make(); }, "report");
  }

  /// Writes all of it; `record` gets the picture's and the report's place.
  template <class T>
  void write(nlohmann::ordered_json& record, const Result<T>& result);

  /// The directory; empty where there is none.
  const std::string& directory() const noexcept { return out_; }
  /// "picture         DIR/learning.gif" and the report's line, once they are written.
  std::string lines() const;

 private:
  template <class Action>
  void attempt(const Action& action, std::string_view what) {
    try {
      action();
    } catch (const Error& e) {
      if (!places_.picture.empty() && what == "picture") throw;
      warn(what, e.what());
    }
  }
  void warn(std::string_view what, const std::string& why) const;

  const DemoPlaces& places_;
  Interrupt& interrupt_;
  std::string out_;
  std::optional<records::RunDirectory> directory_;
  std::string picture_name_;
  std::string picture_path_;
  std::string report_path_;
  bool draws_ = false;
  std::string picture_;
  std::string report_;
};

}  // namespace nonneg::cli
