// SPDX-License-Identifier: Apache-2.0
#include "records/model.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/enumerations.hpp"
#include "nonneg/error.hpp"
#include "records/lookup.hpp"
#include "records/name_files.hpp"
#include "records/run_directory.hpp"
#include "records/run_record.hpp"

namespace nonneg::records {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// Its fields are asked for by name and type.
class ModelRecord {
 public:
  explicit ModelRecord(const std::string& directory)
      : directory_(directory),
        path_((fs::path(directory) / kRecordFile).string()),
        json_(read_run_record(directory)) {
    if (!json_.is_null() && !json_.is_object()) refuse("is no record of a run");
  }

  const std::string& directory() const { return directory_; }
  bool there() const { return json_.is_object(); }

  /// A member of `object` that is neither left out nor null; else null.
  static const Json* find(const Json& object, const char* name) {
    const auto found = object.find(name);
    return found == object.end() || found->is_null() ? nullptr : &*found;
  }

  const Json& object(const char* name) const {
    const Json* found = find(json_, name);
    if (found == nullptr || !found->is_object()) {
      refuse(fmt::format("is no record of a run: it has no object \"{}\"", name));
    }
    return *found;
  }

  std::optional<double> number(const Json& object, const char* name) const {
    const Json* found = find(object, name);
    if (found == nullptr) return std::nullopt;
    if (!found->is_number()) refuse_type(name, "number");
    return found->get<double>();
  }

  /// A penalty of run.json: null there where it was not finite.
  std::optional<double> nonnegative(const Json& object, const char* name) const {
    const std::optional<double> value = number(object, name);
    if (value && !(*value >= 0 && std::isfinite(*value))) {
      refuse(fmt::format("\"{}\" is {}: must be a finite number >= 0", name, *value));
    }
    return value;
  }

  std::optional<Index> count(const Json& object, const char* name) const {
    const Json* found = find(object, name);
    if (found == nullptr) return std::nullopt;
    if (!is_count(*found)) refuse_type(name, "count");
    return found->get<Index>();
  }

  template <class E>
  std::optional<E> value(const Json& object, const char* name) const {
    const Json* found = find(object, name);
    if (found == nullptr) return std::nullopt;
    const auto known = found->is_string()
                           ? value_named<Enumeration<E>>(found->get_ref<const std::string&>())
                           : std::nullopt;
    if (!known) {
      refuse(fmt::format("\"{}\" is {}, which is none of {}", name, text_of(*found),
                         fmt::join(names_of<Enumeration<E>>(), ", ")));
    }
    return known;
  }

  /// Of the input. Older records, and those of other programs, do not say it.
  std::optional<bool> transposed() const {
    const Json* const input = find(json_, "input");
    const Json* const found =
        input != nullptr && input->is_object() ? find(*input, "transposed") : nullptr;
    if (found == nullptr) return std::nullopt;
    if (!found->is_boolean()) refuse_type("transposed", "true or false");
    return found->get<bool>();
  }

  std::vector<Index> indices(const char* name, Index end) const {
    std::vector<Index> indices;
    const Json* found = find(json_, name);
    if (found == nullptr) return indices;
    if (!found->is_array()) refuse_type(name, "list of indices");
    for (const Json& index : *found) {
      if (!is_count(index) || index.get<Index>() >= end) {
        refuse(fmt::format("\"{}\" has {}, which is no index below {}", name, text_of(index), end));
      }
      indices.push_back(index.get<Index>());
    }
    std::sort(indices.begin(), indices.end());
    return indices;
  }

  /// Of the components, where they were scaled after the run.
  std::vector<double> scales(Index wanted) const {
    std::vector<double> scales;
    const Json* const components = find(json_, kComponentsKey);
    if (components == nullptr) return scales;
    if (!components->is_object()) refuse_type(kComponentsKey, "object");
    const Json* const found = find(*components, "scales");
    if (found == nullptr) return scales;
    if (!found->is_array()) refuse_type("scales", "list of numbers");
    for (const Json& scale : *found) {
      if (!scale.is_number()) refuse_type("scales", "list of numbers");
      scales.push_back(scale.get<double>());
      if (scales.back() > 0 && std::isfinite(scales.back())) continue;
      refuse(fmt::format("\"scales\" has {}: must be finite and > 0", scales.back()));
    }
    if (std::ssize(scales) != wanted) {
      refuse(fmt::format("has {} scales, but H has {} rows", scales.size(), wanted));
    }
    return scales;
  }

  std::vector<std::string> column_names(Index wanted) const {
    std::vector<std::string> names;
    if (const Json* found = find(json_, "column_names_file")) {
      if (!found->is_string() || *found != kColumnNamesFile) {
        refuse(fmt::format("\"column_names_file\" is {}, must be \"{}\"", text_of(*found),
                           kColumnNamesFile));
      }
      return read_name_file((fs::path(directory_) / kColumnNamesFile).string(), wanted);
    }
    const Json* found = find(json_, "column_names");
    if (found == nullptr) return names;
    if (!found->is_array()) refuse_type("column_names", "list of texts");
    for (const Json& name : *found) {
      if (!name.is_string()) refuse_type("column_names", "list of texts");
      names.push_back(name.get<std::string>());
    }
    if (std::ssize(names) != wanted) {
      refuse(fmt::format("has {} column names, but H has {} columns", names.size(), wanted));
    }
    return names;
  }

  /// Holds a factor to the shape in the record, where that says one.
  void require_shape(const MatrixFile& factor, const char* rows, const char* columns) const {
    if (!there() || find(json_, "shape") == nullptr) return;
    const Json& shape = object("shape");
    const DataView& view = factor.view();
    const Index wanted_rows = count(shape, rows).value_or(view.rows());
    const Index wanted_columns = count(shape, columns).value_or(view.cols());
    if (view.rows() == wanted_rows && view.cols() == wanted_columns) return;
    throw InvalidArgument(
        fmt::format("{}: is {} x {}, but {} says {} x {}; the two are not of one run",
                    factor.path(), view.rows(), view.cols(), path_, wanted_rows, wanted_columns));
  }

 private:
  static bool is_count(const Json& value) {
    return value.is_number_integer() && value.get<double>() >= 0 && value.get<double>() <= 1e18;
  }

  /// The beginning of a value, as JSON.
  static std::string text_of(const Json& value) {
    constexpr std::size_t kLongest = 40;
    const std::string text = value.dump(-1, ' ', true, Json::error_handler_t::replace);
    return text.size() <= kLongest ? text : text.substr(0, kLongest) + "...";
  }

  [[noreturn]] void refuse_type(const char* name, const char* wanted) const {
    refuse(fmt::format("\"{}\" is no {}", name, wanted));
  }

  [[noreturn]] void refuse(const std::string& what) const {
    throw InvalidArgument(
        fmt::format("{}: {}; take it away to use the factors without it", path_, what));
  }

  std::string directory_;
  std::string path_;
  Json json_;
};

namespace {

ModelOptions options_of(const ModelRecord& record) {
  const Json& options = record.object("options");
  return {.algorithm = record.value<Algorithm>(options, "algorithm"),
          .beta = record.number(options, "beta"),
          .missing = record.value<Missing>(options, "missing"),
          .l1_w = record.nonnegative(options, "l1_w"),
          .l2_w = record.nonnegative(options, "l2_w")};
}

}  // namespace

Model open_model(const std::string& directory) {
  if (holds_unfinished_restarts(directory)) {
    throw InvalidArgument(fmt::format(
        "{}: its restarts are not put together yet, so there is no best run; factorize with "
        "--restarts and --resume puts them together",
        directory));
  }
  Model model{.H = MatrixFile::open((fs::path(directory) / "H.npy").string()),
              .scales = {},
              .column_names = {},
              .options = {},
              .transposed = {},
              .record = std::make_shared<const ModelRecord>(directory)};
  const ModelRecord& record = *model.record;
  if (!record.there()) return model;
  model.options = options_of(record);
  model.transposed = record.transposed();
  record.require_shape(model.H, "rank", "columns");
  model.scales = record.scales(model.H.view().rows());
  model.column_names = record.column_names(model.H.view().cols());
  return model;
}

Model open_h(const std::string& path, const OpenOptions& opened) {
  Model model{.H = MatrixFile::open(path, opened),
              .scales = {},
              .column_names = {},
              .options = {},
              .transposed = {},
              .record = nullptr};
  model.column_names = model.H.column_names();
  return model;
}

MatrixFile open_w(const Model& model) {
  const std::string& directory = model.record->directory();
  MatrixFile w = MatrixFile::open((fs::path(directory) / "W.npy").string());
  const DataView& h = model.H.view();
  if (w.view().cols() != h.rows()) {
    throw InvalidArgument(
        fmt::format("{}: W is {} x {} and H is {} x {}; W must have as many columns as H has rows",
                    directory, w.view().rows(), w.view().cols(), h.rows(), h.cols()));
  }
  model.record->require_shape(w, "rows", "rank");
  return w;
}

Unobserved unobserved_of(const Model& model, Index rows, Index columns) {
  if (!model.record->there()) return {};
  return {.rows = model.record->indices("unobserved_rows", rows),
          .columns = model.record->indices("unobserved_columns", columns)};
}

}  // namespace nonneg::records
