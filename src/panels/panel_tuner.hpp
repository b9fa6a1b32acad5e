// SPDX-License-Identifier: Apache-2.0
/// Chooses the panel height by timing candidates in the first sweeps, each of which is a sweep of
/// the run like any other.
#pragma once

#include <limits>
#include <memory>
#include <vector>

#include "backend/backend.hpp"
#include "nonneg/plan.hpp"

namespace nonneg {

template <class T>
class PanelTuner {
 public:
  /// No candidates in the plan: its height is the choice.
  explicit PanelTuner(const Plan& plan)
      : chosen_(plan.panel_rows), decided_(plan.panel_row_candidates.empty()) {
    // Twice, since the first use of a height may load kernels.
    for (int round = 0; round < 2; ++round) {
      for (const Index rows : plan.panel_row_candidates) trials_.push_back({rows, nullptr});
    }
  }

  /// True once there is nothing left to try or to wait for.
  bool decided() const { return decided_; }
  /// The height of the next sweep.
  Index panel_rows() const { return next_ < trials_.size() ? trials_[next_].rows : chosen_; }

  /// Runs a sweep at panel_rows(), and times it where that height is still to be tried. Never
  /// waits: times are read once the work is done.
  template <class Work>
  void run(Backend<T>& backend, const Work& sweep) {
    if (next_ == trials_.size()) {
      sweep();
    } else {
      trials_[next_].timing = backend.time(sweep);
      ++next_;
    }
    if (!decided_ && next_ == trials_.size()) decide();
  }

 private:
  struct Trial {
    Index rows = 0;
    std::unique_ptr<Timing> timing;
  };

  void decide() {
    double least = std::numeric_limits<double>::infinity();
    Index best = chosen_;
    for (const Trial& trial : trials_) {
      const std::optional<double> seconds = trial.timing ? trial.timing->seconds() : 0.0;
      if (!seconds) return;
      if (*seconds < least) {
        least = *seconds;
        best = trial.rows;
      }
    }
    chosen_ = best;
    decided_ = true;
    trials_.clear();
    next_ = 0;
  }

  Index chosen_;
  bool decided_;
  std::vector<Trial> trials_;
  std::size_t next_ = 0;
};

}  // namespace nonneg
