// SPDX-License-Identifier: Apache-2.0
#include "cli/output/run_summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>

#include "base/enumerations.hpp"
#include "cli/output/console.hpp"
#include "nonneg/options.hpp"
#include "records/run_record.hpp"

namespace nonneg::cli {
namespace {

using Json = nlohmann::ordered_json;

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

/// The first `most` numbers of a list, with so many digits behind the point.
std::string first_of(const Json& numbers, std::size_t most, double factor, int digits) {
  std::string text;
  for (std::size_t q = 0; q < std::min(most, numbers.size()); ++q) {
    if (q > 0) text += ", ";
    text += numbers[q].is_null()
                ? "-"
                : fmt::format("{:.{}f}", factor * numbers[q].get<double>(), digits);
  }
  if (numbers.size() > most) text += ", ...";
  return text;
}

/// What components explain, and how sparse they are: of the first ones, a line each.
std::string component_lines(const Json& components) {
  constexpr double kPercent = 100;
  std::string out;
  if (components.contains("explained_by")) {
    const auto by = value_named<Enumeration<Explained::By>>(
        components["explained_by"].get_ref<const std::string&>());
    out += fmt::format("explained       {} % {}\n",
                       first_of(components["explained_share"], 6, kPercent, 1),
                       line_of<Enumeration<Explained::By>>(*by)->words);
  }
  return out + fmt::format("sparseness      H {}; W {}\n",
                           first_of(components["sparseness_h"], 4, 1, 2),
                           first_of(components["sparseness_w"], 4, 1, 2));
}

}  // namespace

std::string storage_words(const MatrixFile& file) {
  std::string format(file.format());
  if (!file.view().sparse()) return format;
  return fmt::format("{}, sparse, {} entries", format, file.view().stored().entries());
}

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
  if (input.contains("layout") && input["layout"].is_string()) {
    out += "table           " + wrapped(input["layout"]) + "\n";
  }
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
  const Json& why = record["precision_reason"];
  const std::string precision =
      record["precision"].get<std::string>() +
      (why.is_null() ? std::string() : fmt::format(" ({})", why.get<std::string>()));
  out += "factors         " +
         wrapped(fmt::format("rank {}, {}{} in {}", shape["rank"].get<Index>(),
                             options["algorithm"].get<std::string>(), loss, precision)) +
         "\n";
  const std::string backend = record["backend"];
  const std::string reason = record["backend_reason"];
  std::string taken = backend;
  if (backend == "cpu") taken += fmt::format(", {} thread{}", threads, threads == 1 ? "" : "s");
  if (reason != "asked for") taken += fmt::format(" ({})", reason);
  out += "backend         " + wrapped(taken) + "\n";
  const Index start_reads = record["start_reads"];
  if (start_reads > 0) {
    fmt::format_to(std::back_inserter(out), "start           {}, {} read{} of A, {}\n",
                   options["init"].get<std::string>(), start_reads, start_reads == 1 ? "" : "s",
                   human_seconds(record["timings"]["start_seconds"].get<double>()));
  }
  const bool evaluated = options["max_iterations"].get<Index>() == 0;
  fmt::format_to(std::back_inserter(out), "iterations      {}, {}\n",
                 record["iterations"].get<Index>(),
                 evaluated ? "the first factors are evaluated as they are"
                           : words_for(record["stop_reason"].get<std::string>()));
  fmt::format_to(std::back_inserter(out), "relative error  {}\n",
                 error.is_null() ? "unknown" : fmt::format("{:.6g}", error.get<double>()));
  if (record.contains(records::kComponentsKey)) {
    out += component_lines(record[records::kComponentsKey]);
  }
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
