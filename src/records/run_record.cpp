// SPDX-License-Identifier: Apache-2.0
#include "records/run_record.hpp"

#include <nlohmann/json.hpp>

#include "base/enumerations.hpp"
#include "base/json_values.hpp"
#include "nonneg/components.hpp"
#include "nonneg/version.hpp"
#include "options/resolve.hpp"
#include "records/name_files.hpp"
#include "records/record_text.hpp"

namespace nonneg::records {
namespace {

using Json = nlohmann::ordered_json;

Json to_json(const Timings& timings) {
  return {{"inspect_seconds", number_json(timings.inspect_seconds)},
          {"start_seconds", number_json(timings.start_seconds)},
          {"sweep_seconds", number_json(timings.sweep_seconds)},
          {"check_seconds", number_json(timings.check_seconds)},
          {"total_seconds", number_json(timings.total_seconds)}};
}

Json numbers_json(const std::vector<double>& values) {
  Json list = Json::array();
  for (const double value : values) list.push_back(number_json(value));
  return list;
}

/// What there is to say of each component, in their order.
template <class T>
Json components_json(const Result<T>& result) {
  Json components = Json::object();
  if (!result.explained.amounts.empty()) {
    components["explained_by"] = to_string(result.explained.by);
    components["explained"] = numbers_json(result.explained.amounts);
    components["explained_share"] = numbers_json(result.explained.shares);
  }
  components["sparseness_w"] = numbers_json(sparseness(result.W));
  components["sparseness_h"] = numbers_json(sparseness(result.Ht));
  if (!result.scales.empty()) components["scales"] = numbers_json(result.scales);
  if (!result.places.empty()) components["places"] = result.places;
  return components;
}

}  // namespace

InputDescription describe(const MatrixFile& file, const OpenOptions& opened) {
  InputDescription input = describe(file.view());
  input.path = file.path();
  input.format = file.format();
  input.mapped = file.mapped();
  input.transposed = opened.transpose;
  input.dataset = file.dataset();
  input.layout = file.layout();
  input.warnings = file.warnings();
  input.row_names = file.row_names();
  input.column_names = file.column_names();
  return input;
}

InputDescription describe(const DataView& generated) {
  InputDescription input;
  input.rows = generated.rows();
  input.columns = generated.cols();
  input.element_type = element_name(generated.type());
  if (generated.sparse()) input.entries = generated.stored().entries();
  return input;
}

std::vector<TextFile> name_files(const InputDescription& input) {
  std::vector<TextFile> files;
  const auto add = [&files](const char* name, const std::vector<std::string>& names) {
    if (in_own_file(names)) files.push_back({name, lines_of(names)});
  };
  add(kRowNamesFile, input.row_names);
  add(kColumnNamesFile, input.column_names);
  return files;
}

Json to_json(const InputDescription& input) {
  return {{"path", text_json(input.path)},
          {"dataset", text_json(input.dataset)},
          {"format", input.format},
          {"layout", text_json(input.layout)},
          {"rows", input.rows},
          {"columns", input.columns},
          {"element_type", text_json(input.element_type)},
          {"sparse", input.entries.has_value()},
          {"entries", input.entries ? Json(*input.entries) : Json(nullptr)},
          {"mapped", input.mapped},
          {"transposed", input.transposed}};
}

Json to_json(const Options& options, const std::string& init_w, const std::string& init_h) {
  return {{"rank", options.rank},
          {"algorithm", to_string(options.algorithm)},
          {"loss", loss_name(beta_of(options))},
          {"beta", number_json(beta_of(options))},
          {"missing", to_string(options.missing)},
          {"init", to_string(options.init)},
          {"init_w", text_json(init_w)},
          {"init_h", text_json(init_h)},
          {"seed", options.seed},
          {"max_iterations", options.max_iterations.value_or(0)},
          {"tolerance", number_json(options.tolerance)},
          {"check_every", options.check_every},
          {"inner_repeats", options.inner_repeats},
          {"extrapolation", extrapolates(options)},
          {"floor", options.floor ? number_json(*options.floor) : Json(nullptr)},
          {"precision", to_string(options.precision)},
          {"panel_rows", options.panel_rows},
          {"deterministic", options.deterministic},
          {"threads", options.threads},
          {"l1_w", number_json(options.penalties.l1_w)},
          {"l1_h", number_json(options.penalties.l1_h)},
          {"l2_w", number_json(options.penalties.l2_w)},
          {"l2_h", number_json(options.penalties.l2_h)},
          {"backend", to_string(options.backend)},
          {"device", options.device}};
}

template <class T>
Json run_record(const RunRequest& request, const Result<T>& result) {
  // As used: what was left to nonneg to choose is what it chose.
  Options used = request.options;
  used.algorithm = result.algorithm;
  used.precision = result.precision;
  used.max_iterations = result.max_iterations;
  used.threads = result.threads;
  used.panel_rows = result.panel_rows;
  used.backend = value_named<Enumeration<BackendKind>>(result.backend).value_or(used.backend);

  std::vector<std::string> warnings = request.input.warnings;
  warnings.insert(warnings.end(), result.warnings.begin(), result.warnings.end());
  Json record = {
      {"nonneg_version", version()},
      {"command", request.command},
      {"input", to_json(request.input)},
      {"options", to_json(used, request.init_w, request.init_h)},
      {"backend", result.backend},
      {"backend_reason", result.backend_reason},
      {"precision", to_string(used.precision)},
      {"precision_reason", text_json(request.precision_reason)},
      {"threads", result.threads},
      {"panel_rows", result.panel_rows},
      {"shape",
       {{"rows", result.W.rows()}, {"columns", result.Ht.rows()}, {"rank", result.W.cols()}}},
      {"start_reads", result.start_reads},
      {"iterations", result.iterations},
      {"stop_reason", to_string(result.stop_reason)},
      {"relative_error", number_json(result.relative_error)},
      {kComponentsKey, components_json(result)},
      {kHistoryKey, Json::array()},
      {"timings", to_json(result.timings)},
      {"warnings", warnings}};
  record["options"]["normalize"] = to_string(result.normalization);
  record["options"]["order"] =
      to_string(result.places.empty() ? ComponentOrder::none : ComponentOrder::explained);
  if (!result.unobserved_rows.empty()) record["unobserved_rows"] = result.unobserved_rows;
  if (!result.unobserved_columns.empty()) {
    record["unobserved_columns"] = result.unobserved_columns;
  }
  if (!request.weights.empty()) record["weights"] = request.weights;
  if (!request.mask.empty()) record["mask"] = request.mask;
  put_names(record, "row_names", request.input.row_names, kRowNamesFile);
  put_names(record, "column_names", request.input.column_names, kColumnNamesFile);
  return record;
}

template Json run_record(const RunRequest&, const Result<float>&);
template Json run_record(const RunRequest&, const Result<double>&);

}  // namespace nonneg::records
