// SPDX-License-Identifier: Apache-2.0
/// The sums of a check or a snapshot, once they are on the host.
#pragma once

#include <numeric>
#include <vector>

#include "backend/backend.hpp"
#include "formulas/extrapolation_step.hpp"
#include "formulas/run_sums.hpp"

namespace nonneg {

class HostSums {
 public:
  /// A copy of `count` doubles as RunSum and, for `rank` components, ComponentSum have them, then
  /// the losses of all workers.
  HostSums(const double* sums, Index count, Index rank) : sums_(sums, sums + count), rank_(rank) {}

  double operator[](Index which) const { return sums_[static_cast<std::size_t>(which)]; }
  FactorSums w() const { return factor_sums(RunSum::w_sums); }
  FactorSums h() const { return factor_sums(RunSum::h_sums); }
  /// The loss, where it was added up entry by entry.
  double loss() const {
    const Index first = RunSum::count + ComponentSum::kinds * rank_;
    return std::accumulate(sums_.begin() + first, sums_.end(), 0.0);
  }
  /// One for each component.
  std::vector<double> of_components(ComponentSum::Kind kind) const {
    const auto first = sums_.begin() + RunSum::count + kind * rank_;
    return {first, first + rank_};
  }

  /// Of the extrapolation; all zeros where there is none.
  bool undone() const { return step(StepState::undone) != 0; }
  double accepted() const { return step(StepState::accepted); }

 private:
  double step(StepState::At which) const { return (*this)[Index{RunSum::step_state} + which]; }
  FactorSums factor_sums(Index first) const {
    return {.sum = (*this)[first],
            .sum_of_squares = (*this)[first + 1],
            .non_finite = (*this)[first + 2]};
  }

  std::vector<double> sums_;
  Index rank_;
};

}  // namespace nonneg
