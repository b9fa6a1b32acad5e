// SPDX-License-Identifier: Apache-2.0
#include "cli/demo/demo_output.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "base/enumerations.hpp"
#include "base/json_values.hpp"
#include "cli/commands/factorization.hpp"
#include "cli/output/console.hpp"
#include "cli/output/picture_files.hpp"
#include "nonneg/error.hpp"
#include "page/directory_events.hpp"
#include "page/report.hpp"

namespace nonneg::cli {
namespace {

namespace fs = std::filesystem;

SnapshotRun shape_of(const DataView& A, Index rank, std::pair<Index, Index> image) {
  SnapshotRun run;
  run.rows = A.rows();
  run.cols = A.cols();
  run.rank = rank;
  std::tie(run.image_rows, run.image_cols) = image;
  return run;
}

}  // namespace

template <class T>
DemoEvents<T>::DemoEvents(const DataView& A, Index rank, std::pair<Index, Index> image)
    : A_(A), run_(shape_of(A, rank, image)), events_(run_, page::DisplayPlan::kUsualValues) {}

template <class T>
void DemoEvents<T>::add(const Solver<T>& solver, const LossRecord& record) {
  const Matrix<T> W = solver.W();
  const Matrix<T> Ht = solver.Ht();
  list_.push_back(events_.snapshot(record, 0, page::factors_by_transpose<T>(W.view(), Ht.view())));
}

template <class T>
std::vector<nlohmann::ordered_json> DemoEvents<T>::finished(
    const std::string& name, const Options& options, const Result<T>& result,
    const nlohmann::ordered_json& record) const {
  SnapshotRun run = run_;
  run.algorithm = to_string(result.algorithm);
  run.loss = loss_name(options.beta);
  run.beta = options.beta;
  run.precision = to_string(result.precision);
  run.backend = result.backend;
  run.seed = options.seed;
  run.max_iterations = result.max_iterations;
  run.tolerance = options.tolerance;
  run.data_source = name;
  const page::PageEvents events(run, page::DisplayPlan::kUsualValues);
  std::vector<nlohmann::ordered_json> all;
  all.push_back(events.start(page::observed_rows(A_, events.observed_rows()), {}));
  all.insert(all.end(), list_.begin(), list_.end());
  all.push_back(page::PageEvents::record(record));
  const double seconds = result.loss_history.empty() ? 0 : result.loss_history.back().seconds;
  all.push_back(page::end_event(
      {std::string(to_string(result.stop_reason)), {}, result.iterations, seconds, 0},
      page::files_of({}, {})));
  return all;
}

DemoOutput::DemoOutput(const DemoPlaces& places, const std::string& demo,
                       const std::string& picture, Interrupt& interrupt)
    : places_(places),
      interrupt_(interrupt),
      picture_name_(picture),
      picture_path_(places.picture),
      draws_(!places.no_picture) {
  const std::string extension = fs::path(picture).extension().string();
  if (!places.picture.empty()) {
    if (fs::path(places.picture).extension() != extension) {
      throw InvalidArgument(fmt::format(
          "--picture {}: this demo draws a file whose name ends in {}", places.picture, extension));
    }
    if (draws_) check_picture_place(places.picture, places.overwrite, "--picture");
  }
  const bool own = places.out.empty();
  if (own && (places.no_picture || !places.picture.empty())) return;
  out_ = own ? "nonneg-demo-" + demo : places.out;
  try {
    // One of our own making is made anew.
    directory_.emplace(out_, own || places.overwrite, interrupt, output_names("--out"));
  } catch (const Error& e) {
    if (!own) throw;
    warn("directory", e.what());
    out_.clear();
    draws_ = false;
  }
}

void DemoOutput::warn(std::string_view what, const std::string& why) const {
  if (!places_.telling.quiet) say(fmt::format("nonneg: warning: no {}: {}\n", what, why));
}

template <class T>
void DemoOutput::write(nlohmann::ordered_json& record, const Result<T>& result) {
  std::vector<records::TextFile> files;
  const auto keep = [&](const std::string& name, std::string& content) {
    if (content.empty() || !directory_) return std::string();
    files.push_back({name, std::move(content)});
    return (fs::path(out_) / name).string();
  };
  if (!places_.picture.empty() && !picture_.empty()) {
    write_picture(picture_path_, picture_, places_.overwrite, "--picture", interrupt_);
  } else {
    picture_path_ = keep(picture_name_, picture_);
  }
  report_path_ = keep("report.html", report_);
  record["picture"] = text_json(picture_path_);
  record["report"] = text_json(report_path_);
  write_run(record, result, directory_ ? &*directory_ : nullptr, places_.telling, files);
}

std::string DemoOutput::lines() const {
  std::string out;
  if (!picture_path_.empty()) out += fmt::format("picture         {}\n", picture_path_);
  if (!report_path_.empty()) out += fmt::format("report          {}\n", report_path_);
  return out;
}

template class DemoEvents<float>;
template class DemoEvents<double>;
template void DemoOutput::write(nlohmann::ordered_json&, const Result<float>&);
template void DemoOutput::write(nlohmann::ordered_json&, const Result<double>&);

}  // namespace nonneg::cli
