// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/factorization.hpp"

#include <nlohmann/json.hpp>

#include "cli/output/console.hpp"
#include "cli/output/flag_words.hpp"
#include "records/record_text.hpp"

namespace nonneg::cli {

template <class T>
Result<T> solve(const DataView& A, const Options& options, const InitialFactors<T>* initial,
                Progress& progress, Interrupt& interrupt, const Watcher<T>& watch) {
  Solver<T> solver = initial == nullptr ? Solver<T>(A, options) : Solver<T>(A, options, *initial);
  interrupt.begin_graceful();
  solver.run(interrupt.token(), [&](const LossRecord& record) {
    progress.on_check(record);
    if (watch) watch(solver, record);
  });
  return solver.result();
}

void say_warnings(const std::vector<std::string>& warnings, const Telling& telling) {
  if (telling.quiet) return;
  for (const std::string& warning : warnings) say("nonneg: warning: " + with_flags(warning) + "\n");
}

template <class T>
void write_run(const nlohmann::ordered_json& record, const Result<T>& result,
               records::RunDirectory* directory, const Telling& telling,
               const std::vector<records::TextFile>& further) {
  say_warnings(result.warnings, telling);
  if (directory != nullptr) {
    directory->write<T>(result.W.view(), result.Ht.view(), record, result.loss_history, further);
  }
}

void print_json(nlohmann::ordered_json record, const std::string& out,
                const std::vector<LossRecord>& history) {
  using Json = nlohmann::ordered_json;
  record["out"] = out.empty() ? Json(nullptr) : Json(out);
  records::write_record(record, history, print);
}

ExitStatus status_of(StopReason reason) noexcept {
  return reason == StopReason::cancelled ? ExitStatus::interrupted : ExitStatus::success;
}

template Result<float> solve(const DataView&, const Options&, const InitialFactors<float>*,
                             Progress&, Interrupt&, const Watcher<float>&);
template Result<double> solve(const DataView&, const Options&, const InitialFactors<double>*,
                              Progress&, Interrupt&, const Watcher<double>&);
template void write_run(const nlohmann::ordered_json&, const Result<float>&, records::RunDirectory*,
                        const Telling&, const std::vector<records::TextFile>&);
template void write_run(const nlohmann::ordered_json&, const Result<double>&,
                        records::RunDirectory*, const Telling&,
                        const std::vector<records::TextFile>&);

}  // namespace nonneg::cli
