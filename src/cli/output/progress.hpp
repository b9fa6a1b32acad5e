// SPDX-License-Identifier: Apache-2.0
/// How far a run has come: one line redrawn on a terminal, a line every few seconds elsewhere.
#pragma once

#include <optional>
#include <string>

#include "nonneg/result.hpp"

namespace nonneg::cli {

/// "iteration 120 of 200  loss 3.214e+04  change 1.2e-03  at most 12 s left". The change is that of
/// the objective since the check before, as a part of it; the time left is that to the iteration
/// limit. `before` is the check before, where there is one.
std::string progress_text(const LossRecord& record, const std::optional<LossRecord>& before,
                          Index max_iterations);

class Progress {
 public:
  /// Silent if `quiet`. `max_iterations` must be known before the first check.
  explicit Progress(bool quiet, Index max_iterations = 0);
  /// Ends the line.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Shown on a terminal until the first check, such as "reading faces.npy".
  void show(const std::string& activity);
  /// One of many has ended: a line of its own, or on a terminal the same line once more.
  void tell(const std::string& text);
  void set_limit(Index max_iterations) { max_iterations_ = max_iterations; }
  void on_check(const LossRecord& record);
  /// The run is over: shows the last check if it has not been shown. Nothing more is drawn.
  void end();
  /// Takes a line that is drawn off the terminal, for words that must not stand behind it.
  void clear();

 private:
  void draw(const std::string& text);

  enum class Style { silent, redrawn, lines };
  Style style_;
  Index max_iterations_;
  std::optional<LossRecord> before_;
  std::optional<double> shown_at_;
  /// The last check's text where it was too early to show it.
  std::string pending_;
  bool drawn_ = false;
};

}  // namespace nonneg::cli
