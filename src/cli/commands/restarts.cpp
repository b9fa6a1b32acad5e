// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/restarts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "base/json_values.hpp"
#include "cli/commands/factorization.hpp"
#include "cli/options/option_values.hpp"
#include "cli/output/console.hpp"
#include "cli/output/run_summary.hpp"
#include "nonneg/devices.hpp"
#include "nonneg/error.hpp"
#include "nonneg/factorize_all.hpp"
#include "nonneg/solver.hpp"
#include "nonneg/version.hpp"
#include "options/resolve.hpp"
#include "records/name_files.hpp"

namespace nonneg::cli {

namespace {

using Json = nlohmann::ordered_json;
using Records = std::vector<std::optional<ensemble::ReplicateRecord>>;

/// Replicates that a worker takes at a time.
constexpr Index kBlock = 16;

/// Which blocks are this process's: i, i + N, i + 2N, …
struct Share {
  Index worker = 0;
  Index workers = 1;

  bool has(Index replicate) const { return replicate / kBlock % workers == worker; }
};

Share share_of(const std::string& text) {
  if (text.empty()) return {};
  const std::size_t slash = text.find('/');
  const auto refuse = [&text] {
    throw InvalidArgument(
        fmt::format("--worker {}: must be i/N, worker i of N, from 0/N to N-1/N", text));
  };
  if (slash == std::string::npos) refuse();
  if (text.find('/', slash + 1) != std::string::npos) refuse();
  const Share share{parse_integer("--worker", std::string_view(text).substr(0, slash)),
                    parse_integer("--worker", std::string_view(text).substr(slash + 1))};
  if (share.workers < 1 || share.worker < 0 || share.worker >= share.workers) refuse();
  return share;
}

/// The place of the least objective among those that are there; of equal ones the first.
std::optional<std::size_t> best_of(const Records& records) {
  std::optional<std::size_t> best;
  for (std::size_t r = 0; r < records.size(); ++r) {
    if (records[r] && (!best || records[r]->objective < records[*best]->objective)) best = r;
  }
  return best;
}

Index count_of(const Records& records) {
  return std::count_if(records.begin(), records.end(),
                       [](const auto& record) { return record.has_value(); });
}

std::string table_of(const Records& records, std::size_t best) {
  std::string out = "run\tseed\tloss\tobjective\trelative_error\titerations\tstop\tseconds\tbest\n";
  for (std::size_t r = 0; r < records.size(); ++r) {
    const ensemble::ReplicateRecord& one = *records[r];
    out += fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t{}\t{:.3f}\t{}\n", r, one.seed, one.loss,
                       one.objective, one.relative_error, one.iterations,
                       to_string(one.stop_reason), one.seconds, r == best ? 1 : 0);
  }
  return out;
}

Json json_of(const Records& records, std::size_t best) {
  Json runs = {{"count", records.size()},     {"best", best},
               {"seeds", Json::array()},      {"losses", Json::array()},
               {"objectives", Json::array()}, {"relative_errors", Json::array()},
               {"iterations", Json::array()}, {"stop_reasons", Json::array()},
               {"seconds", Json::array()}};
  for (const auto& one : records) {
    runs["seeds"].push_back(one->seed);
    runs["losses"].push_back(number_json(one->loss));
    runs["objectives"].push_back(number_json(one->objective));
    runs["relative_errors"].push_back(number_json(one->relative_error));
    runs["iterations"].push_back(one->iterations);
    runs["stop_reasons"].push_back(to_string(one->stop_reason));
    runs["seconds"].push_back(one->seconds);
  }
  return runs;
}

/// Two lines of the summary.
std::string restart_lines(const Records& records, std::size_t best) {
  std::vector<double> objectives;
  Index converged = 0;
  for (const auto& one : records) {
    objectives.push_back(one->objective);
    if (one->stop_reason == StopReason::converged) ++converged;
  }
  std::sort(objectives.begin(), objectives.end());
  return fmt::format("restarts        {}, {} converged; the best has seed {} (run {})\n",
                     records.size(), converged, records[best]->seed, best) +
         fmt::format("objectives      {:.6g} to {:.6g}, median {:.6g}\n", objectives.front(),
                     objectives.back(), objectives[objectives.size() / 2]);
}

/// The runs of this process: who is done, and the best of them with its factors.
template <class T>
class Restarts {
 public:
  Restarts(const RestartRequest& request, ensemble::RestartDirectory& directory, Progress& progress)
      : request_(request),
        directory_(directory),
        progress_(progress),
        options_(request.run.options),
        first_seed_(options_.seed) {}

  const Records& records() const { return records_; }
  /// Runs that were there already.
  Index found() const { return found_; }

  void look() {
    // As all runs will have them: what decides is the data, the loss and the machine.
    Options described = resolve(options_, request_.A);
    described.backend = choose_backend(described, request_.A).kind;
    progress_.show("comparing with what is there");
    directory_.begin(ensemble::describe_runs(request_.A, described));
    records_ = directory_.done(request_.restarts.count, first_seed_, options_.rank,
                               request_.A.cols(), request_.restarts.keep_w);
    found_ = count_of(records_);
    progress_.clear();
  }

  void run(const Share& share, const std::stop_token& stop) {
    std::vector<Replicate> missing;
    for (Index r = 0; r < request_.restarts.count; ++r) {
      if (records_[static_cast<std::size_t>(r)] || !share.has(r)) continue;
      places_.push_back(r);
      missing.push_back({.rank = options_.rank, .seed = seed_of(r)});
    }
    Options shared = options_;
    shared.rank = 0;
    shared.seed = 0;
    begun_ = std::chrono::steady_clock::now();
    factorize_all<T>(
        request_.A, missing, shared,
        [this](Index index, Result<T> result) {
          ended(places_[static_cast<std::size_t>(index)], std::move(result));
        },
        stop, request_.restarts.count);
    progress_.end();
  }

  /// The result of the best run: kept, where it was this process's, or done anew with the threads
  /// that it had, which on the same machine comes to the same bits.
  Result<T> factors_of(std::size_t best, const std::stop_token& stop) {
    if (kept_ && kept_place_ == static_cast<Index>(best)) return std::move(*kept_);
    const ensemble::ReplicateRecord& record = *records_[best];
    progress_.show(fmt::format("the best run once more, seed {}", record.seed));
    Options options = options_;
    options.seed = record.seed;
    options.threads = record.threads;
    Result<T> result = factorize<T>(request_.A, options, stop);
    progress_.clear();
    const double objective = ensemble::record_of(result, record.seed).objective;
    if (result.stop_reason != StopReason::cancelled && objective != record.objective) {
      result.warnings.push_back(fmt::format(
          "the best run, seed {}, was done once more for its factors: its objective is {:.9g} now "
          "and was {:.9g} before, on another machine or with panels chosen by timing",
          record.seed, objective, record.objective));
    }
    return result;
  }

 private:
  std::uint64_t seed_of(Index replicate) const {
    return first_seed_ + static_cast<std::uint64_t>(replicate);
  }

  void ended(Index replicate, Result<T> result) {
    if (result.stop_reason == StopReason::cancelled) return;
    const auto place = static_cast<std::size_t>(replicate);
    directory_.write(replicate, result, seed_of(replicate), request_.restarts.keep_w);
    records_[place] = ensemble::record_of(result, seed_of(replicate));
    tell(*records_[place]);
    if (best_of(records_) == place) {
      kept_ = std::move(result);
      kept_place_ = replicate;
    }
  }

  void tell(const ensemble::ReplicateRecord& record) {
    ++ended_;
    const std::size_t left = places_.size() - ended_;
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begun_).count();
    std::string text = fmt::format(
        "{} of {} runs  seed {}  loss {:.4e}  iterations {}", found_ + static_cast<Index>(ended_),
        found_ + std::ssize(places_), record.seed, record.loss, record.iterations);
    if (left > 0) {
      text += fmt::format("  {} left", human_seconds(seconds / static_cast<double>(ended_) *
                                                     static_cast<double>(left)));
    }
    progress_.tell(text);
  }

  const RestartRequest& request_;
  ensemble::RestartDirectory& directory_;
  Progress& progress_;
  const Options& options_;
  std::uint64_t first_seed_;
  Records records_;
  Index found_ = 0;
  /// Of the runs of this process.
  std::vector<Index> places_;
  std::size_t ended_ = 0;
  std::chrono::steady_clock::time_point begun_;
  std::optional<Result<T>> kept_;
  Index kept_place_ = -1;
};

/// What a process says that has not put the runs together: a worker, or one that was stopped.
void tell_part(const RestartRequest& request, const std::string& out, const Records& records,
               std::string_view what_next) {
  const Index done = count_of(records);
  if (request.telling.json) {
    const Json json = {{"nonneg_version", version()},
                       {"command", request.run.command},
                       {"restarts",
                        {{"count", records.size()},
                         {"done", done},
                         {"worker", text_json(request.restarts.worker)}}},
                       {"out", out}};
    print(json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
  } else if (!request.telling.quiet) {
    print(fmt::format("restarts        {} of {} are in {}\n                {}\n", done,
                      records.size(), out, what_next));
  }
}

}  // namespace

Option& add_restart_count(OptionTable& table, Index& count) {
  return table.integer("--restarts", count, "Runs that differ by their seeds; the best is kept");
}

void require_restart_count(Index count) {
  constexpr Index kMost = 1000000;
  if (count >= 1 && count <= kMost) return;
  throw InvalidArgument(fmt::format("--restarts {}: must be from 1 to {}", count, kMost));
}

void add_restarts(OptionTable& table, RestartArguments& restarts) {
  table.group("Restarts");
  add_restart_count(table, restarts.count);
  table.flag("--resume", restarts.resume, "Go on with the restarts that are in DIR");
  table.text("--worker", restarts.worker, "I/N",
             "Do the share of process I of N (0 to N-1) in the same DIR; afterwards --resume "
             "puts all together");
  table.flag("--keep-w", restarts.keep_w, "Keep W of every run, not H alone");
}

void require_restarts(const RestartArguments& restarts, std::uint64_t first_seed, bool overwrite,
                      const WatchArguments& watch, Init init) {
  require_restart_count(restarts.count);
  if (!restarts.many()) {
    const char* const alone = restarts.resume            ? "--resume"
                              : !restarts.worker.empty() ? "--worker"
                              : restarts.keep_w          ? "--keep-w"
                                                         : nullptr;
    if (alone == nullptr) return;
    throw InvalidArgument(fmt::format(
        "{} is about many runs, and --restarts 1 is one: add --restarts R, at least 2", alone));
  }
  share_of(restarts.worker);
  if (overwrite && (restarts.resume || !restarts.worker.empty())) {
    throw InvalidArgument(fmt::format(
        "{} goes on with what is there, and --overwrite replaces it: leave one of them out",
        restarts.resume ? "--resume" : "--worker"));
  }
  const std::string many = fmt::format("--restarts {}", restarts.count);
  if (!watch.snapshots.empty() || watch.live || watch.every || watch.seconds || !watch.at.empty() ||
      watch.rows != 0 || !watch.image_shape.empty()) {
    throw InvalidArgument(
        fmt::format("{} are many runs, and --snapshots and --live watch one: leave them out, and "
                    "run the best seed once more with them",
                    many));
  }
  if (init != Init::random) {
    throw InvalidArgument(
        fmt::format("{} begin from factors that are drawn from their seeds, and --init {} does "
                    "not: leave it out, or --restarts",
                    many, to_string(init)));
  }
  if (std::numeric_limits<std::uint64_t>::max() - first_seed <
      static_cast<std::uint64_t>(restarts.count - 1)) {
    throw InvalidArgument(fmt::format("{} with --seed {}: seeds end at {}; use a smaller --seed",
                                      many, first_seed, std::numeric_limits<std::uint64_t>::max()));
  }
}

ensemble::Access access_of(const RestartArguments& restarts, bool overwrite) {
  if (restarts.resume || !restarts.worker.empty()) return ensemble::Access::join;
  return overwrite ? ensemble::Access::overwrite : ensemble::Access::create;
}

template <class T>
ExitStatus run_restarts(const RestartRequest& request, ensemble::RestartDirectory& directory,
                        Progress& progress, Interrupt& interrupt) {
  Restarts<T> restarts(request, directory, progress);
  restarts.look();
  interrupt.begin_graceful();
  restarts.run(share_of(request.restarts.worker), interrupt.token());
  const Records& records = restarts.records();
  const bool stopped = interrupt.token().stop_requested();
  if (!request.restarts.worker.empty()) {
    tell_part(request, directory.name(), records,
              stopped ? "stopped on request; the same --worker goes on"
                      : "--resume without --worker puts all of them together");
    return stopped ? ExitStatus::interrupted : ExitStatus::success;
  }
  const auto tell_stopped = [&] {
    tell_part(request, directory.name(), records, "stopped on request; --resume goes on");
    return ExitStatus::interrupted;
  };
  if (count_of(records) < request.restarts.count) return tell_stopped();
  const std::size_t best = *best_of(records);
  Result<T> result = restarts.factors_of(best, interrupt.token());
  if (result.stop_reason == StopReason::cancelled) return tell_stopped();
  arrange(result, request.components);
  result.warnings.insert(result.warnings.end(), request.warnings.begin(), request.warnings.end());

  records::RunRequest run = request.run;
  run.options.seed = records[best]->seed;
  Json record = records::run_record(run, result);
  record["restarts"] = json_of(records, best);
  say_warnings(result.warnings, request.telling);
  std::vector<records::TextFile> further = name_files(run.input);
  further.push_back({records::kRestartsTable, table_of(records, best)});
  for (auto& table : component_tables(result, request.components, run.input)) {
    further.push_back(std::move(table));
  }
  directory.write_best(result, record, further);
  if (request.telling.json) {
    print_json(record, directory.name(), result.loss_history);
  } else if (!request.telling.quiet) {
    print(run_summary(record, directory.name()) + table_line(request.components, directory.name()) +
          restart_lines(records, best));
  }
  return ExitStatus::success;
}

template ExitStatus run_restarts<float>(const RestartRequest&, ensemble::RestartDirectory&,
                                        Progress&, Interrupt&);
template ExitStatus run_restarts<double>(const RestartRequest&, ensemble::RestartDirectory&,
                                         Progress&, Interrupt&);

}  // namespace nonneg::cli
