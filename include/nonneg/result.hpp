// SPDX-License-Identifier: Apache-2.0
/// What a factorization gives back.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "nonneg/export.hpp"
#include "nonneg/matrix.hpp"
#include "nonneg/options.hpp"

namespace nonneg {

/// Why the sweeps ended. All of them are outcomes with valid factors, none is an error.
enum class StopReason { converged, iteration_limit, cancelled };

/// "converged", "iteration_limit" or "cancelled".
NONNEG_EXPORT std::string_view to_string(StopReason reason) noexcept;

/// The state at one check.
struct LossRecord {
  /// Sweeps done.
  Index iteration = 0;
  /// Wall-clock seconds since the first sweep began.
  double seconds = 0;
  /// The β-divergence of A from W·H (Options::beta), ½‖A − W·H‖² by default.
  double loss = 0;
  /// loss + penalties: what the algorithm minimises and what never rises beyond rounding.
  double objective = 0;
  /// ‖A − W·H‖ / ‖A‖; 0 for A = 0 and W·H = 0. Of a loss other than Frobenius, the root of its
  /// ratio to the loss of the best constant model, the mean of A; where the observed entries are
  /// all equal, to rounding of the compute type, of its ratio to ½·Σ weight·mean^β, which makes it
  /// the part of an entry that the model is off by. A number always, but infinite for A = 0 and W·H
  /// > 0.
  double relative_error = 0;
  /// True where the loss was summed over A's entries (of sparse data whose zeros are observed: over
  /// the stored ones, and the others in closed form), false where the Gram identity gave it.
  bool direct = false;
};

/// Wall-clock seconds of a run's parts.
struct Timings {
  /// For looking at A before the first sweep.
  double inspect_seconds = 0;
  /// Of these, in making the first factors.
  double start_seconds = 0;
  /// In sweeps.
  double sweep_seconds = 0;
  /// In checks of the objective.
  double check_seconds = 0;
  /// In all, from the solver's making on.
  double total_seconds = 0;
};

/// What each component explains of A, in the order of the components.
struct Explained {
  /// What says it.
  enum class By {
    /// By how much the loss would rise without the component, the others as they are:
    ///   ½‖A − W·H + w_q·h_q‖² − ½‖A − W·H‖² = ½·S_qq·G_qq + ⟨C_q, h_q⟩ − Σ_l S_ql·G_ql
    /// with S = WᵀW, G = H·Hᵀ and C = AᵀW. Of the Frobenius loss of complete data. Where q is at
    /// its minimum that is ½·‖w_q‖²·‖h_q‖², and never below 0; elsewhere it may be, of a component
    /// that harms.
    loss_rise,
    /// What it puts into W·H: the sum of all entries of w_q·h_q, ‖w_q‖₁·‖h_q‖₁. Of any other loss,
    /// weights and missing entries.
    model_sum
  };
  By by = By::loss_rise;
  /// One for each component; empty where nothing says them.
  std::vector<double> amounts;
  /// Of loss_rise as parts of ½‖A‖², which add up to at most 1 where each is at its minimum, as
  /// what several components explain together is counted for none of them; of model_sum as parts of
  /// their sum. 0 where A, or W·H, is 0.
  std::vector<double> shares;
};

/// "loss_rise" or "model_sum".
NONNEG_EXPORT std::string_view to_string(Explained::By by) noexcept;

/// What normalize() brings to 1 in each component: a norm of its row of H or of its column of W. Of
/// l1 it is the sum of the entries, of l2 the root of the sum of their squares, of max the largest.
enum class Normalization { none, h_l1, h_l2, h_max, w_l1, w_l2, w_max };

/// "none", "h-l1", "h-l2", "h-max", "w-l1", "w-l2" or "w-max".
NONNEG_EXPORT std::string_view to_string(Normalization value) noexcept;

/// How a run's components are arranged: as the run left them, or by what they explain.
enum class ComponentOrder { none, explained };

/// "none" or "explained".
NONNEG_EXPORT std::string_view to_string(ComponentOrder value) noexcept;

/// Factors on the host, with how they came about. W is m × k; Ht, the transpose of H, is n × k.
template <class T>
struct Result {
  /// Balanced, so that column j of W is as long as row j of H, where nothing else says how W·H is
  /// split between them: hals or anls from drawn factors, without penalties and floor. Else as the
  /// updates left it.
  Matrix<T> W;
  /// H transposed, n × k.
  Matrix<T> Ht;
  /// One for each check, in order: every Options::check_every sweeps and after the last one. The
  /// first factors' (iteration 0) is among them with max_iterations = 0, and where Solver::check()
  /// was called before run(), which by itself does not look at them.
  std::vector<LossRecord> loss_history;
  /// Snapshots left out since a sink was still busy with earlier ones, of all sinks.
  Index snapshots_skipped = 0;
  /// Why the sweeps ended.
  StopReason stop_reason = StopReason::iteration_limit;
  /// Reads of A that the first factors took: of NNDSVD 1 to 8, of one given factor 1 to 10, of any
  /// others 0.
  Index start_reads = 0;
  /// Sweeps that were done.
  Index iterations = 0;
  /// What they could have been at most.
  Index max_iterations = 0;
  /// Of the factors returned, as LossRecord has it.
  double relative_error = 0;
  /// Where the time went.
  Timings timings;
  /// "cpu" or "cuda".
  std::string backend;
  /// Why this backend, in words: the device, or what kept `auto` from one.
  std::string backend_reason;
  /// Never automatic.
  Algorithm algorithm = Algorithm::hals;
  /// float32, float64 or tf32.
  Precision precision = Precision::float32;
  /// Threads on the host.
  int threads = 0;
  /// Rows of A per panel.
  Index panel_rows = 0;
  /// What the caller should know, such as zeros in W₀ under mu.
  std::vector<std::string> warnings;
  /// Rows and columns of A of which nothing is observed, in order. Nothing says what they are:
  /// their rows of W and Ht are 0, or at the floor under a penalty, and so is W·H there.
  std::vector<Index> unobserved_rows;
  /// The same of columns.
  std::vector<Index> unobserved_columns;
  /// What each component explains, whatever the factors were scaled to since.
  Explained explained;
  /// What normalize() brought to 1.
  Normalization normalization = Normalization::none;
  /// What normalize() multiplied each column of W by, and divided each row of H by; empty where it
  /// was not called. The loss, the objective and its penalties are of the factors before.
  std::vector<double> scales;
  /// Which component of the run, from 0, each one is, where order() has moved them; else empty.
  std::vector<Index> places;

  /// A copy of H, k × n.
  Matrix<T> H() const {
    Matrix<T> h(Ht.cols(), Ht.rows());
    for (Index j = 0; j < Ht.rows(); ++j) {
      for (Index c = 0; c < Ht.cols(); ++c) h(c, j) = Ht(j, c);
    }
    return h;
  }
};

}  // namespace nonneg
