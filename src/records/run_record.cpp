#include "records/run_record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/enumerations.hpp"
#include "base/json_values.hpp"
#include "cli/output/console.hpp"
#include "nonneg/version.hpp"
#include "options/resolve.hpp"
#include "records/event_json.hpp"

namespace nonneg::cli {
namespace {

using Json = nlohmann::ordered_json;

Json to_json(const LossRecord& record) {
  Json json = snapshots::loss_json(record);
  json["direct"] = record.direct;
  return json;
}

Json to_json(const Timings& timings) {
  return {{"inspect_seconds", number_json(timings.inspect_seconds)},
          {"sweep_seconds", number_json(timings.sweep_seconds)},
          {"check_seconds", number_json(timings.check_seconds)},
          {"total_seconds", number_json(timings.total_seconds)}};
}

std::string words_for(const std::string& stop_reason) {
  const std::optional<StopReason> reason = value_named<Enumeration<StopReason>>(stop_reason);
  return reason ? std::string(line_of<Enumeration<StopReason>>(*reason)->words) : stop_reason;
}

/// `text` in lines that fit 80 columns beside the summary's names; only a word by itself is longer.
std::string wrapped(const std::string& text) {
  constexpr std::size_t kIndent = 16;
  constexpr std::size_t kWidth = 79 - kIndent;
  std::string out;
  std::size_t column = 0;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    if (column > 0 && column + 1 + word.size() > kWidth) {
      out += "\n" + std::string(kIndent, ' ');
      column = 0;
    } else if (column > 0) {
      out += ' ';
      ++column;
    }
    out += word;
    column += word.size();
  }
  return out;
}

}  // namespace

InputDescription describe(const MatrixFile& file) {
  InputDescription input = describe(file.view());
  input.path = file.path();
  input.format = file.format();
  input.mapped = file.mapped();
  input.dataset = file.dataset();
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

std::string storage_words(const MatrixFile& file) {
  std::string format(file.format());
  if (!file.view().sparse()) return format;
  return fmt::format("{}, sparse, {} entries", format, file.view().stored().entries());
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
          {"rows", input.rows},
          {"columns", input.columns},
          {"element_type", input.element_type},
          {"sparse", input.entries.has_value()},
          {"entries", input.entries ? Json(*input.entries) : Json(nullptr)},
          {"mapped", input.mapped}};
}

Json to_json(const Options& options, const std::string& init_w, const std::string& init_h) {
  return {{"rank", options.rank},
          {"algorithm", to_string(options.algorithm)},
          {"loss", loss_name(options.beta)},
          {"beta", number_json(options.beta)},
          {"missing", to_string(options.missing)},
          {"init", to_string(options.init)},
          {"init_w", text_json(init_w)},
          {"init_h", text_json(init_h)},
          {"seed", options.seed},
          {"max_iterations", options.max_iterations},
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
  used.threads = result.threads;
  used.panel_rows = result.panel_rows;
  used.backend = value_named<Enumeration<BackendKind>>(result.backend).value_or(used.backend);

  Json history = Json::array();
  for (const LossRecord& record : result.loss_history) history.push_back(to_json(record));
  Json record = {
      {"nonneg_version", version()},
      {"command", request.command},
      {"input", to_json(request.input)},
      {"options", to_json(used, request.init_w, request.init_h)},
      {"backend", result.backend},
      {"backend_reason", result.backend_reason},
      {"precision", to_string(used.precision)},
      {"threads", result.threads},
      {"panel_rows", result.panel_rows},
      {"shape",
       {{"rows", result.W.rows()}, {"columns", result.Ht.rows()}, {"rank", result.W.cols()}}},
      {"iterations", result.iterations},
      {"stop_reason", to_string(result.stop_reason)},
      {"relative_error", number_json(result.relative_error)},
      {"loss_history", std::move(history)},
      {"timings", to_json(result.timings)},
      {"warnings", result.warnings}};
  if (!request.data.weights.empty()) record["weights"] = request.data.weights;
  if (!request.data.mask.empty()) record["mask"] = request.data.mask;
  put_names(record, "row_names", request.input.row_names, kRowNamesFile);
  put_names(record, "column_names", request.input.column_names, kColumnNamesFile);
  return record;
}

template Json run_record(const RunRequest&, const Result<float>&);
template Json run_record(const RunRequest&, const Result<double>&);

std::string run_summary(const Json& record, const std::string& where) {
  const Json& shape = record["shape"];
  const Json& options = record["options"];
  const Json& input = record["input"];
  const Json& error = record["relative_error"];
  const int threads = record["threads"];
  std::string out;
  fmt::format_to(std::back_inserter(out), "matrix          {} x {} {}{}\n",
                 shape["rows"].get<Index>(), shape["columns"].get<Index>(),
                 input["element_type"].get<std::string>(),
                 input["sparse"].get<bool>()
                     ? fmt::format(", sparse, {} entries", input["entries"].get<Index>())
                 : input["mapped"].get<bool>() ? ", read from its file as needed"
                                               : "");
  const std::string missing = options["missing"];
  if (missing == to_string(Missing::nan)) out += "observed        all but NaN\n";
  if (missing == to_string(Missing::zeros)) out += "observed        what is stored\n";
  for (const char* file : {"mask", "weights"}) {
    if (record.contains(file))
      out += fmt::format("{:<16}{}\n", file, record[file].get<std::string>());
  }
  const std::string name = options["loss"];
  const std::string loss = name == "frobenius" ? ""
                           : name == "beta"
                               ? fmt::format(" for beta = {:g}", options["beta"].get<double>())
                               : " for " + name;
  fmt::format_to(std::back_inserter(out), "factors         rank {}, {}{} in {}\n",
                 shape["rank"].get<Index>(), options["algorithm"].get<std::string>(), loss,
                 record["precision"].get<std::string>());
  const std::string backend = record["backend"];
  const std::string reason = record["backend_reason"];
  std::string taken = backend;
  if (backend == "cpu") taken += fmt::format(", {} thread{}", threads, threads == 1 ? "" : "s");
  if (reason != "asked for") taken += fmt::format(" ({})", reason);
  out += "backend         " + wrapped(taken) + "\n";
  fmt::format_to(std::back_inserter(out), "iterations      {}, {}\n",
                 record["iterations"].get<Index>(),
                 words_for(record["stop_reason"].get<std::string>()));
  fmt::format_to(std::back_inserter(out), "relative error  {}\n",
                 error.is_null() ? "unknown" : fmt::format("{:.6g}", error.get<double>()));
  fmt::format_to(std::back_inserter(out), "time            {}\n",
                 human_seconds(record["timings"]["total_seconds"].get<double>()));
  if (!where.empty()) {
    const std::string directory = (std::filesystem::path(where) / "").string();
    fmt::format_to(std::back_inserter(out), "written to      {0}W.npy, H.npy, run.json\n",
                   directory);
  }
  return out;
}

}  // namespace nonneg::cli
