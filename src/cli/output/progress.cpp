// SPDX-License-Identifier: Apache-2.0
#include "cli/output/progress.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cli/output/console.hpp"

namespace nonneg::cli {
namespace {

constexpr double kSecondsBetweenLines = 5;
constexpr double kSecondsBetweenRedraws = 0.05;

}  // namespace

std::string progress_text(const LossRecord& record, const std::optional<LossRecord>& before,
                          Index max_iterations) {
  std::string text =
      fmt::format("iteration {} of {}  loss {:.4e}", record.iteration, max_iterations, record.loss);
  if (before && before->objective > 0) {
    text +=
        fmt::format("  change {:.1e}", (before->objective - record.objective) / before->objective);
  }
  if (record.iteration > 0 && record.iteration < max_iterations) {
    const double per_iteration = record.seconds / static_cast<double>(record.iteration);
    text += fmt::format(
        "  at most {} left",
        human_seconds(per_iteration * static_cast<double>(max_iterations - record.iteration)));
  }
  return text;
}

Progress::Progress(bool quiet, Index max_iterations)
    : style_(quiet                  ? Style::silent
             : stderr_is_terminal() ? Style::redrawn
                                    : Style::lines),
      max_iterations_(max_iterations) {}

// An error that follows starts on a clean line.
Progress::~Progress() { clear(); }

void Progress::clear() {
  if (drawn_ && style_ == Style::redrawn) say("\r\033[K");
  drawn_ = false;
}

void Progress::show(const std::string& activity) {
  if (style_ == Style::redrawn) draw(activity);
}

void Progress::tell(const std::string& text) {
  if (style_ != Style::silent) draw(text);
}

void Progress::on_check(const LossRecord& record) {
  if (style_ == Style::silent) return;
  if (before_ && record.iteration <= before_->iteration) {
    // Another run from the start.
    before_.reset();
    shown_at_.reset();
  }
  pending_ = progress_text(record, before_, max_iterations_);
  before_ = record;
  const double pause = style_ == Style::redrawn ? kSecondsBetweenRedraws : kSecondsBetweenLines;
  if (shown_at_ && record.seconds - *shown_at_ < pause) return;
  shown_at_ = record.seconds;
  draw(pending_);
  pending_.clear();
}

void Progress::end() {
  if (!pending_.empty()) draw(pending_);
  pending_.clear();
  if (drawn_ && style_ == Style::redrawn) say("\n");
  drawn_ = false;
}

void Progress::draw(const std::string& text) {
  if (style_ == Style::lines) {
    say(text + "\n");
    return;
  }
  // A line as wide as the terminal would wrap on some, and leave its first part behind.
  const auto room = static_cast<std::size_t>(std::clamp(terminal_columns() - 1, 1, 79));
  say("\r\033[K" + text.substr(0, room));
  drawn_ = true;
}

}  // namespace nonneg::cli
