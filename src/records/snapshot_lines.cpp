// SPDX-License-Identifier: Apache-2.0
#include "records/snapshot_lines.hpp"

#include <fmt/format.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "base/json_values.hpp"
#include "records/event_json.hpp"
#include "records/json_text.hpp"
#include "records/name_files.hpp"
#include "records/opened_json.hpp"

namespace nonneg::records {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kFormat = 1;

template <class E>
Json list_or_null(const std::vector<E>& list) {
  return list.empty() ? Json(nullptr) : Json(list);
}

std::string line_of(const Json& object) {
  return object.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

[[noreturn]] void refuse(std::string_view name, std::string_view what) {
  throw InvalidArgument(fmt::format("\"{}\" {}", name, what));
}

const Json& field(const Json& line, const char* name) {
  const auto found = line.find(name);
  if (found == line.end()) refuse(name, "is missing");
  return *found;
}

Index read_count(const Json& line, const char* name) {
  const Json& value = field(line, name);
  if (!value.is_number_integer() || value.get<double>() > 1e18 || value.get<Index>() < 0) {
    refuse(name, "is no count");
  }
  return value.get<Index>();
}

double read_number(const Json& line, const char* name) {
  const Json& value = field(line, name);
  if (value.is_null()) return std::numeric_limits<double>::quiet_NaN();
  if (!value.is_number()) refuse(name, "is no number");
  return value.get<double>();
}

std::string read_text(const Json& line, const char* name) {
  const Json& value = field(line, name);
  if (!value.is_string()) refuse(name, "is no text");
  return value.get<std::string>();
}

std::string read_text_or_null(const Json& line, const char* name) {
  const auto found = line.find(name);
  return found == line.end() || found->is_null() ? std::string() : read_text(line, name);
}

/// A name within the directory: a line must not lead out of it.
std::string read_file_name(const Json& line, const char* name) {
  std::string file = read_text(line, name);
  if (file.empty() || file.front() == '.' || file.find('/') != std::string::npos) {
    refuse(name, "is no file name");
  }
  return file;
}

std::string read_file_name_or_null(const Json& line, const char* name) {
  return read_text_or_null(line, name).empty() ? std::string() : read_file_name(line, name);
}

/// Calls `take` with each element of a list; null and a missing list are empty ones.
template <class Take>
void read_list(const Json& line, const char* name, const Take& take) {
  const auto found = line.find(name);
  if (found == line.end() || found->is_null()) return;
  if (!found->is_array()) refuse(name, "is no list");
  for (const Json& element : *found) take(element);
}

void read_names(const Json& line, const char* name, Index wanted, std::vector<std::string>& names) {
  read_list(line, name, [&](const Json& element) {
    if (!element.is_string()) refuse(name, "is no list of texts");
    names.push_back(element.get<std::string>());
  });
  if (!names.empty() && std::ssize(names) != wanted) {
    refuse(name, fmt::format("has {} names for {}", names.size(), wanted));
  }
}

Index read_index(const Json& element, const char* name, Index end) {
  if (!element.is_number_integer() || element.get<double>() < 0 ||
      element.get<double>() >= static_cast<double>(end)) {
    refuse(name, "is no list of indices within the matrix");
  }
  return element.get<Index>();
}

/// Of directories from before lines had β.
double beta_named(const std::string& loss) {
  for (const double beta : {kFrobenius, kKullbackLeibler, kItakuraSaito}) {
    if (loss == loss_name(beta)) return beta;
  }
  return std::numeric_limits<double>::quiet_NaN();
}

RunLine read_run(const Json& line) {
  const Index format = read_count(line, "format");
  if (format != kFormat) {
    throw InvalidArgument(
        fmt::format("format {} is not known here (only {}): read it with the nonneg that wrote it",
                    format, kFormat));
  }
  RunLine result;
  SnapshotRun& run = result.run;
  run.rows = read_count(line, "rows");
  run.cols = read_count(line, "cols");
  run.rank = read_count(line, "rank");
  run.algorithm = read_text(line, "algorithm");
  run.loss = read_text(line, "loss");
  run.beta = line.contains("beta") ? read_number(line, "beta") : beta_named(run.loss);
  run.precision = read_text(line, "precision");
  run.backend = read_text(line, "backend");
  const Json& seed = field(line, "seed");
  if (!seed.is_number_unsigned()) refuse("seed", "is no count");
  run.seed = seed.get<std::uint64_t>();
  run.max_iterations = read_count(line, "max_iterations");
  run.tolerance = read_number(line, "tolerance");
  run.nonneg_version = read_text(line, "nonneg");
  run.started = read_text(line, "started");
  run.data = read_file_name_or_null(line, "data");
  run.data_source = read_text_or_null(line, "data_source");
  // Directories from before lines had it say the file's name alone.
  if (const auto opened = line.find("opened"); opened != line.end() && !opened->is_null()) {
    run.opened = read_opened(*opened);
  }
  run.output = read_text_or_null(line, "output");
  read_list(line, "w_rows", [&](const Json& element) {
    run.w_rows.push_back(read_index(element, "w_rows", run.rows));
  });
  std::vector<Index> shape;
  read_list(line, "image_shape", [&](const Json& element) {
    shape.push_back(read_index(element, "image_shape", run.cols + 1));
  });
  if (shape.size() == 2) {
    run.image_rows = shape[0];
    run.image_cols = shape[1];
  }
  if (!shape.empty() && run.image_rows * run.image_cols != run.cols) {
    refuse("image_shape", fmt::format("is no shape of {} columns", run.cols));
  }
  read_names(line, "row_names", run.rows, run.row_names);
  read_names(line, "column_names", run.cols, run.column_names);
  result.row_names_file = read_file_name_or_null(line, "row_names_file");
  result.column_names_file = read_file_name_or_null(line, "column_names_file");
  return result;
}

LossRecord read_check(const Json& line) {
  LossRecord check;
  check.iteration = read_count(line, "iteration");
  check.seconds = read_number(line, "seconds");
  check.loss = read_number(line, "loss");
  check.objective = read_number(line, "objective");
  check.relative_error = read_number(line, "relative_error");
  return check;
}

SnapshotEntry read_snapshot(const Json& line) {
  const LossRecord state = read_check(line);
  return {.iteration = state.iteration,
          .seconds = state.seconds,
          .loss = state.loss,
          .objective = state.objective,
          .relative_error = state.relative_error,
          .W = read_file_name(line, "W"),
          .H = read_file_name(line, "H"),
          .skipped = read_count(line, "skipped")};
}

SnapshotEnd read_end(const Json& line) {
  return {.stop_reason = read_text(line, "stop_reason"),
          .message = read_text_or_null(line, "message"),
          .iterations = read_count(line, "iterations"),
          .seconds = read_number(line, "seconds"),
          .skipped = read_count(line, "skipped")};
}

}  // namespace

std::string factor_name(char factor, Index iteration) {
  return fmt::format("{}-{:08}.npy", factor, iteration);
}

std::string run_line(const SnapshotRun& run) {
  Json line = {{"kind", "run"}, {"format", kFormat}};
  line.update(settings_json(run));
  line.update({{"opened", to_json(run.opened)},
               {"data", text_json(run.data)},
               {"w_rows", list_or_null(run.w_rows)},
               {"row_names", nullptr},
               {"column_names", nullptr}});
  put_names(line, "row_names", run.row_names, kRowNamesFile);
  put_names(line, "column_names", run.column_names, kColumnNamesFile);
  return line_of(line);
}

std::string check_line(const LossRecord& check) { return line_of(state_json("check", check)); }

std::string snapshot_line(const SnapshotEntry& entry) {
  Json line = state_json("snapshot", {.iteration = entry.iteration,
                                      .seconds = entry.seconds,
                                      .loss = entry.loss,
                                      .objective = entry.objective,
                                      .relative_error = entry.relative_error});
  line["W"] = entry.W;
  line["H"] = entry.H;
  line["skipped"] = entry.skipped;
  return line_of(line);
}

std::string end_line(const SnapshotEnd& end) {
  return line_of({{"kind", "end"},
                  {"stop_reason", end.stop_reason},
                  {"message", text_json(end.message)},
                  {"iterations", end.iterations},
                  {"seconds", number_json(end.seconds)},
                  {"skipped", end.skipped}});
}

Line parse_line(std::string_view text) {
  const Json line = parse_json(text);
  if (!line.is_object()) throw InvalidArgument("no JSON object");
  const std::string kind = read_text(line, "kind");
  if (kind == "run") return read_run(line);
  if (kind == "check") return read_check(line);
  if (kind == "snapshot") return read_snapshot(line);
  if (kind == "end") return read_end(line);
  return {};
}

}  // namespace nonneg::records
