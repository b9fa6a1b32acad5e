// SPDX-License-Identifier: Apache-2.0
// Runs on disk, for callers of the library.
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <type_traits>
#include <utility>

#include "base/enumerations.hpp"
#include "base/host_memory.hpp"
#include "nonneg/run.hpp"
#include "records/factor_file.hpp"
#include "records/lookup.hpp"
#include "records/model.hpp"
#include "records/name_files.hpp"
#include "records/run_directory.hpp"
#include "records/run_record.hpp"

namespace nonneg {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// An object of run.json, whose members are read into fields: what is left out, or null, leaves its
/// field as it is.
class Members {
 public:
  Members(const Json& object, const std::string& path) : object_(object), path_(path) {}

  template <class Field>
  void read(const char* name, Field& field) const {
    const Json* member = find(name);
    if (member == nullptr) return;
    if constexpr (std::is_same_v<Field, bool>) {
      require(name, member->is_boolean(), "true or false");
      field = member->get<bool>();
    } else if constexpr (std::is_integral_v<Field>) {
      require(name, member->is_number_integer() && in_range<Field>(*member), "count");
      field = member->get<Field>();
    } else if constexpr (std::is_floating_point_v<Field>) {
      require(name, member->is_number(), "number");
      field = member->get<Field>();
    } else if constexpr (std::is_enum_v<Field>) {
      require(name, member->is_string(), "text");
      const auto value = value_named<Enumeration<Field>>(member->get_ref<const std::string&>());
      require(name, value.has_value(), "value that is known");
      field = *value;
    } else {
      require(name, member->is_string(), "text");
      field = member->get<std::string>();
    }
  }

  template <class Field>
  void read(const char* name, std::optional<Field>& field) const {
    if (find(name) == nullptr) return;
    Field value{};
    read(name, value);
    field = value;
  }

  template <class Element>
  void read(const char* name, std::vector<Element>& field) const {
    const Json* member = find(name);
    if (member == nullptr) return;
    require(name, member->is_array(), "list");
    for (const Json& element : *member) {
      if constexpr (std::is_integral_v<Element>) {
        require(name, element.is_number_integer() && in_range<Element>(element), "list of counts");
      } else {
        require(name, element.is_string(), "list of texts");
      }
      field.push_back(element.get<Element>());
    }
  }

  /// A list of one for each of `wanted` components. A number that is null there was not finite.
  void read(const char* name, std::vector<double>& field, Index wanted) const {
    const Json* member = find(name);
    if (member == nullptr) return;
    require(name, member->is_array() && std::ssize(*member) == wanted,
            "list of a number for each component");
    for (const Json& element : *member) {
      require(name, element.is_number() || element.is_null(), "list of numbers");
      field.push_back(element.is_null() ? std::numeric_limits<double>::quiet_NaN()
                                        : element.get<double>());
    }
  }
  void read(const char* name, std::vector<Index>& field, Index wanted) const {
    read(name, field);
    const auto outside = [&](Index place) { return place < 0 || place >= wanted; };
    require(name,
            field.empty() ||
                (std::ssize(field) == wanted && std::none_of(field.begin(), field.end(), outside)),
            "list of a place for each component");
  }

  /// The objects of a list.
  std::vector<Members> list(const char* name) const {
    std::vector<Members> members;
    const Json* member = find(name);
    if (member == nullptr) return members;
    require(name, member->is_array(), "list");
    for (const Json& element : *member) {
      require(name, element.is_object(), "list of objects");
      members.emplace_back(element, path_);
    }
    return members;
  }

  /// An object within this one; empty where it is left out.
  Members object(const char* name) const {
    static const Json kEmpty = Json::object();
    const Json* member = find(name);
    if (member == nullptr) return {kEmpty, path_};
    require(name, member->is_object(), "object");
    return {*member, path_};
  }

  /// Names that are in the record, or in a file beside it.
  std::vector<std::string> names(const std::string& key, const char* file, Index wanted) const {
    std::vector<std::string> names;
    if (find((key + "_file").c_str()) != nullptr) {
      return records::read_name_file((fs::path(path_).parent_path() / file).string(), wanted);
    }
    read(key.c_str(), names);
    require(key.c_str(), names.empty() || std::ssize(names) == wanted,
            "list of as many names as there are");
    return names;
  }

 private:
  const Json* find(const char* name) const {
    const auto found = object_.find(name);
    return found == object_.end() || found->is_null() ? nullptr : &*found;
  }

  template <class Field>
  static bool in_range(const Json& value) {
    if (value.is_number_unsigned()) return std::in_range<Field>(value.get<std::uint64_t>());
    return std::in_range<Field>(value.get<std::int64_t>());
  }

  void require(const char* name, bool met, const char* wanted) const {
    if (met) return;
    throw InvalidArgument(
        Subject::file,
        fmt::format("{}: \"{}\" is no {}; take run.json away to use the factors without it", path_,
                    name, wanted));
  }

  const Json& object_;
  const std::string& path_;
};

Options options_in(const Members& record) {
  const Members members = record.object("options");
  Options options;
  members.read("rank", options.rank);
  members.read("algorithm", options.algorithm);
  members.read("beta", options.beta);
  members.read("missing", options.missing);
  members.read("init", options.init);
  members.read("seed", options.seed);
  members.read("max_iterations", options.max_iterations);
  members.read("tolerance", options.tolerance);
  members.read("check_every", options.check_every);
  members.read("inner_repeats", options.inner_repeats);
  members.read("extrapolation", options.extrapolation);
  members.read("floor", options.floor);
  members.read("precision", options.precision);
  members.read("panel_rows", options.panel_rows);
  members.read("deterministic", options.deterministic);
  members.read("threads", options.threads);
  members.read("l1_w", options.penalties.l1_w);
  members.read("l1_h", options.penalties.l1_h);
  members.read("l2_w", options.penalties.l2_w);
  members.read("l2_h", options.penalties.l2_h);
  members.read("backend", options.backend);
  members.read("device", options.device);
  return options;
}

/// All of a result but its factors.
template <class T>
void read_course(const Members& record, const Options& options, Result<T>& result) {
  for (const Members& check : record.list("loss_history")) {
    LossRecord& read = result.loss_history.emplace_back();
    check.read("iteration", read.iteration);
    check.read("seconds", read.seconds);
    check.read("loss", read.loss);
    check.read("objective", read.objective);
    check.read("relative_error", read.relative_error);
    check.read("direct", read.direct);
  }
  record.read("snapshots_skipped", result.snapshots_skipped);
  record.read("stop_reason", result.stop_reason);
  record.read("start_reads", result.start_reads);
  record.read("iterations", result.iterations);
  result.max_iterations = options.max_iterations.value_or(0);
  record.read("relative_error", result.relative_error);
  const Members timings = record.object("timings");
  timings.read("inspect_seconds", result.timings.inspect_seconds);
  timings.read("start_seconds", result.timings.start_seconds);
  timings.read("sweep_seconds", result.timings.sweep_seconds);
  timings.read("check_seconds", result.timings.check_seconds);
  timings.read("total_seconds", result.timings.total_seconds);
  record.read("backend", result.backend);
  record.read("backend_reason", result.backend_reason);
  result.algorithm = options.algorithm;
  record.read("precision", result.precision);
  record.read("threads", result.threads);
  record.read("panel_rows", result.panel_rows);
  record.read("warnings", result.warnings);
  record.read("unobserved_rows", result.unobserved_rows);
  record.read("unobserved_columns", result.unobserved_columns);
  record.object("options").read("normalize", result.normalization);
  const Members components = record.object(records::kComponentsKey);
  components.read("explained_by", result.explained.by);
  components.read("explained", result.explained.amounts, options.rank);
  components.read("explained_share", result.explained.shares, options.rank);
  components.read("scales", result.scales, options.rank);
  components.read("places", result.places, options.rank);
}

template <class T>
SavedRun run_in(const std::string& directory, const MatrixFile& w_file, const MatrixFile& h_file) {
  Result<T> result;
  result.precision = std::is_same_v<T, float> ? Precision::float32 : Precision::float64;
  result.W = records::read_factor<T>(w_file);
  const Matrix<T> H = records::read_factor<T>(h_file);
  result.Ht = Matrix<T>(H.cols(), H.rows());
  for (Index c = 0; c < H.rows(); ++c) {
    for (Index j = 0; j < H.cols(); ++j) result.Ht(j, c) = H(c, j);
  }
  SavedRun run;
  run.options.rank = H.rows();
  const Json record = records::read_run_record(directory, records::History::taken);
  if (record.is_object()) {
    const std::string path = (fs::path(directory) / records::kRecordFile).string();
    const Members members(record, path);
    run.options = options_in(members);
    if (run.options.rank == 0) run.options.rank = H.rows();
    if (run.options.rank != H.rows()) {
      throw InvalidArgument(
          fmt::format("{}: \"rank\" of its options is {}, and H has {} rows; take run.json away to "
                      "use the factors without it",
                      path, run.options.rank, H.rows()));
    }
    members.read("command", run.details.command);
    members.object("input").read("path", run.details.source);
    run.details.row_names = members.names("row_names", records::kRowNamesFile, result.W.rows());
    run.details.column_names = members.names("column_names", records::kColumnNamesFile, H.cols());
    read_course(members, run.options, result);
  }
  run.result = std::move(result);
  return run;
}

/// Throws InvalidArgument where a result cannot be written, or its options are not its own.
template <class T>
void require_saveable(const Result<T>& result, const Options& options) {
  require_readable(Subject::W, result.W.view());
  require_readable(Subject::H, result.Ht.view());
  if (result.W.empty()) {
    throw InvalidArgument(Subject::W, fmt::format("W is {} x {}: the result holds no factors, and "
                                                  "there is nothing to save",
                                                  result.W.rows(), result.W.cols()));
  }
  if (result.Ht.empty() || result.Ht.cols() != result.W.cols()) {
    throw InvalidArgument(
        Subject::H,
        fmt::format("Ht is {} x {} and W is {} x {}: both must have the same columns",
                    result.Ht.rows(), result.Ht.cols(), result.W.rows(), result.W.cols()));
  }
  validate(options);
  if (options.rank != result.W.cols()) {
    throw InvalidArgument(
        Subject::rank,
        fmt::format("rank = {}: the factors have rank {}; hand in the options that the result was "
                    "made with",
                    options.rank, result.W.cols()));
  }
}

}  // namespace

template <class T>
void save(const std::string& directory, const Result<T>& result, const Options& options,
          const RunDetails& details, IfPresent if_present) {
  require_saveable(result, options);
  using records::require_names;
  require_names("row", details.row_names.size(), result.W.rows());
  require_names("column", details.column_names.size(), result.Ht.rows());
  records::InputDescription input;
  input.path = details.source;
  input.format = "memory";
  input.rows = result.W.rows();
  input.columns = result.Ht.rows();
  input.row_names = details.row_names;
  input.column_names = details.column_names;
  records::RunDirectory written(
      directory, if_present == IfPresent::replace, io::OutputGuard::none(),
      {.place = "directory", .overwrite = "replace", .set_overwrite = "use IfPresent::replace"});
  const records::RunRequest request{
      .command = details.command, .input = input, .options = options, .init_w = {}, .init_h = {}};
  written.write<T>(result.W.view(), result.Ht.view(), records::run_record(request, result),
                   result.loss_history, records::name_files(input));
}

void save(const std::string& directory, const AnyResult& result, const Options& options,
          const RunDetails& details, IfPresent if_present) {
  result.visit([&](const auto& typed) { save(directory, typed, options, details, if_present); });
}

SavedRun load(const std::string& directory) {
  try {
    const records::Model model = records::open_model(directory);
    const MatrixFile w_file = records::open_w(model);
    const bool narrow = w_file.view().type() == ElementType::float32 &&
                        model.H.view().type() == ElementType::float32;
    return narrow ? run_in<float>(directory, w_file, model.H)
                  : run_in<double>(directory, w_file, model.H);
  } catch (const InvalidArgument& e) {
    throw InvalidArgument(Subject::file, e.what());
  }
}

template NONNEG_EXPORT void save(const std::string&, const Result<float>&, const Options&,
                                 const RunDetails&, IfPresent);
template NONNEG_EXPORT void save(const std::string&, const Result<double>&, const Options&,
                                 const RunDetails&, IfPresent);

}  // namespace nonneg
