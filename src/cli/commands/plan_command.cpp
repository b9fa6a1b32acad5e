// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "backend/buffers.hpp"
#include "base/byte_count.hpp"
#include "base/json_values.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/factorization.hpp"
#include "cli/commands/restarts.hpp"
#include "cli/options/data_options.hpp"
#include "cli/options/result_options.hpp"
#include "cli/options/solver_options.hpp"
#include "cli/options/usage.hpp"
#include "cli/output/console.hpp"
#include "cli/output/run_summary.hpp"
#include "nonneg/factorize_all.hpp"
#include "nonneg/matrix_file.hpp"
#include "nonneg/plan.hpp"
#include "nonneg/precision.hpp"
#include "nonneg/version.hpp"
#include "records/run_record.hpp"

namespace nonneg::cli {
namespace {

struct PlanArguments {
  std::string input;
  OpenOptions open;
  Options options;
  DataArguments data;
  bool json = false;
  bool rank_given = false;
  Index restarts = 1;
};

/// Byte counts from here on stand for any that are larger.
constexpr std::uint64_t kLargestBytes = Buffers::kMaxBytes;

std::string table_line(std::string_view what, std::string_view short_form, std::string_view number,
                       std::string_view note) {
  return fmt::format("{:<20}{:>9}  {:>20}  {}\n", what, short_form, number, note);
}

std::string bytes_line(std::string_view what, std::uint64_t bytes, std::string_view note) {
  const std::string_view beyond = bytes >= kLargestBytes ? ">" : "";
  return table_line(what, fmt::format("{}{}", beyond, byte_count(std::min(bytes, kLargestBytes))),
                    fmt::format("{}{}", beyond, std::min(bytes, kLargestBytes)), note);
}

/// What holds A's rows while they are worked on, and the memory that they pass through.
std::string panel_lines(const Plan& plan) {
  if (plan.backend == BackendKind::cpu) {
    return bytes_line("panel buffer", plan.panel_bytes,
                      plan.panel_bytes == 0 ? "A is read where it lies" : "A in the compute type");
  }
  return bytes_line("A on the device", plan.resident_bytes,
                    plan.resident ? "uploaded once" : "does not fit: brought over in panels") +
         bytes_line("panel buffers", plan.panel_bytes, "on the device") +
         bytes_line("pinned memory", plan.pinned_bytes, "on the host, not part of the sum below");
}

std::string plan_table(const Plan& plan, const MatrixFile& file) {
  const std::string_view precision = to_string(plan.precision);
  std::string out = fmt::format(
      "A is {} x {} {}, {} ({})\n", plan.rows, plan.cols, element_name(file.view().type()),
      file.mapped() ? "mapped from its file" : "read into memory", storage_words(file));
  if (!file.layout().empty()) out += "table: " + file.layout() + "\n";
  out += fmt::format("rank {}, computed in {} on {}\n\n", plan.rank, precision,
                     to_string(plan.backend));
  out += fmt::format("{:<20}{:>9}  {:>20}\n", "", "", "bytes");
  out += bytes_line("A", plan.data_bytes,
                    file.mapped() ? "as stored, in its file" : "as stored, in memory");
  out += bytes_line("factors", plan.factor_bytes, "W and H");
  out += panel_lines(plan);
  out += bytes_line("workspace", plan.workspace_bytes, "products and the residual");
  if (plan.backend == BackendKind::cpu) {
    out += bytes_line("beside A", plan.total_bytes, "to be allocated");
  } else {
    out += bytes_line("on the device", plan.total_bytes, "to be allocated");
    out += bytes_line("free there", plan.device_free_bytes, "");
  }
  out += "\n";
  out += bytes_line("A per iteration", plan.data_bytes_per_iteration, "read once");
  if (plan.backend == BackendKind::cuda) {
    out +=
        bytes_line("over the bus", plan.bus_bytes_per_iteration, "per iteration after the first");
  }
  const bool even = plan.panel_rows == 0 || plan.panels == (plan.rows - 1) / plan.panel_rows + 1;
  out += table_line("panels", "", std::to_string(plan.panels),
                    fmt::format("of {}{} rows", even ? "" : "at most ", plan.panel_rows));
  if (!plan.panel_row_candidates.empty()) {
    out += table_line("heights tried", "", std::to_string(plan.panel_row_candidates.size()),
                      fmt::format("rows: {}", fmt::join(plan.panel_row_candidates, ", ")));
  }
  out += table_line("flop per iteration", "", fmt::format("{:.3g}", plan.flops_per_iteration),
                    "in matrix products");
  return out;
}

/// Of many runs that differ by their seeds.
SharedPlan shared_plan(const DataView& A, const PlanArguments& arguments) {
  Options options = arguments.options;
  options.rank = 0;
  const std::vector<Replicate> runs(static_cast<std::size_t>(arguments.restarts),
                                    {.rank = arguments.options.rank, .seed = 0});
  return make_shared_plan(A, runs, options);
}

/// Their memory, with the factors of the best so far.
std::uint64_t bytes_of_all(const SharedPlan& shared) {
  return std::min(shared.total_bytes + shared.each.factor_bytes, kLargestBytes);
}

std::string shared_lines(const SharedPlan& shared) {
  return "\n" +
         table_line("restarts", "", std::to_string(shared.runs),
                    fmt::format("{} at once, of {} thread{} each", shared.side_by_side,
                                shared.threads_each, shared.threads_each == 1 ? "" : "s")) +
         bytes_line("beside A, for all", bytes_of_all(shared),
                    "those at once, and the best factors") +
         fmt::format("{}\n", shared.reason);
}

ExitStatus execute(PlanArguments arguments) {
  require_value("plan", "INPUT", arguments.input);
  if (!arguments.rank_given) missing("plan", "--rank");
  validate(arguments.options);
  require_restart_count(arguments.restarts);
  const MatrixFile file = open_input(arguments.input, arguments.options, arguments.open);
  for (const std::string& warning : file.warnings()) say("nonneg: warning: " + warning + "\n");
  const WeightedFile data(file, arguments.data, arguments.open);
  const auto [precision, reason] = choose_precision(data.view(), arguments.options);
  arguments.options.precision = precision;
  std::optional<SharedPlan> shared;
  if (arguments.restarts > 1) shared = shared_plan(data.view(), arguments);
  const Plan plan = shared ? shared->each : make_plan(data.view(), arguments.options);
  if (!arguments.json) {
    print(plan_table(plan, file) + (shared ? shared_lines(*shared) : std::string()));
    return ExitStatus::success;
  }
  nlohmann::ordered_json json = {
      {"nonneg_version", version()},
      {"command", "plan"},
      {"input", records::to_json(records::describe(file, arguments.open))},
      {"backend", to_string(plan.backend)},
      {"rank", plan.rank},
      {"precision", to_string(plan.precision)},
      {"precision_reason", text_json(reason)},
      {"data_bytes", plan.data_bytes},
      {"factor_bytes", plan.factor_bytes},
      {"resident", plan.resident},
      {"resident_bytes", plan.resident_bytes},
      {"panel_bytes", plan.panel_bytes},
      {"pinned_bytes", plan.pinned_bytes},
      {"device_free_bytes", plan.device_free_bytes},
      {"bus_bytes_per_iteration", plan.bus_bytes_per_iteration},
      {"workspace_bytes", plan.workspace_bytes},
      {"total_bytes", plan.total_bytes},
      {"panel_rows", plan.panel_rows},
      {"panel_row_candidates", plan.panel_row_candidates},
      {"panels", plan.panels},
      {"data_bytes_per_iteration", plan.data_bytes_per_iteration},
      {"flops_per_iteration", plan.flops_per_iteration}};
  if (shared) {
    json["restarts"] = {{"runs", shared->runs},
                        {"side_by_side", shared->side_by_side},
                        {"threads_each", shared->threads_each},
                        {"total_bytes", bytes_of_all(*shared)},
                        {"reason", shared->reason}};
  }
  using Json = nlohmann::ordered_json;
  print(json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
  return ExitStatus::success;
}

void declare(OptionTable& table, PlanArguments& arguments) {
  table.text("INPUT", arguments.input, "FILE", kInputHelp);
  add_reading(table, arguments.open);
  table.group("Plan");
  add_rank(table, arguments.options.rank, arguments.rank_given);
  add_restart_count(table, arguments.restarts);
  add_algorithm(table, arguments.options);
  add_loss(table, arguments.options);
  add_missing(table, arguments.options);
  add_weights(table, arguments.data);
  add_init(table, arguments.options.init);
  add_json(table, arguments.json);
  add_computing(table, arguments.options);
}

}  // namespace

Command plan_command() {
  const auto arguments = std::make_shared<PlanArguments>();
  Command command{"plan", "Say what a factorization takes, and stop there"};
  declare(command.options, *arguments);
  command.examples = "  nonneg plan faces.npy --rank 32";
  command.run = [arguments](Interrupt&) { return execute(*arguments); };
  return command;
}

}  // namespace nonneg::cli
