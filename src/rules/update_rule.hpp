// SPDX-License-Identifier: Apache-2.0
/// How an algorithm takes part in a sweep.
#pragma once

#include "backend/buffers.hpp"
#include "panels/panel_source.hpp"
#include "rules/settling_rows.hpp"

namespace nonneg {

/// What a sweep adds up over the panels, with the rows of W as the sweep left them. C is n × k, and
/// S has k columns; the Frobenius rules have C = AᵀW and S = WᵀW.
template <class T>
struct SweepTerms {
  Matrix<T> C;
  Matrix<T> S;

  static Buffers needs(Index cols, Index rank, Index s_rows) {
    return {{"C", cols, rank}, {"S", s_rows, rank}};
  }

  SweepTerms(Backend<T>& backend, const Buffers& needs)
      : C(allocate(backend, needs, "C")), S(allocate(backend, needs, "S")) {}

  void clear(Backend<T>& backend) {
    backend.set_zero(C.view());
    backend.set_zero(S.view());
  }
};

/// An algorithm's steps. All memory is taken when the rule is made.
template <class T>
class UpdateRule {
 public:
  UpdateRule() = default;
  UpdateRule(const UpdateRule&) = delete;
  UpdateRule& operator=(const UpdateRule&) = delete;
  virtual ~UpdateRule() = default;

  /// Prepares what depends on Ht (n × k) alone.
  virtual void begin_sweep(MatrixView<const T> Ht) = 0;
  /// Updates the panel's rows of W.
  virtual void update_rows(const Panel<T>& panel, MatrixView<const T> Ht, MatrixView<T> W_p) = 0;
  /// Adds the panel's share to the terms, from its updated rows of W. Panels may be cut anywhere.
  virtual void accumulate(const Panel<T>& panel, MatrixView<const T> Ht, MatrixView<const T> W_p,
                          SweepTerms<T>& terms) = 0;
  /// The same of a panel whose rows update_rows() has not been given since it came.
  virtual void accumulate_alone(const Panel<T>& panel, MatrixView<const T> Ht,
                                MatrixView<const T> W_p, SweepTerms<T>& terms) {
    accumulate(panel, Ht, W_p, terms);
  }
  /// Updates Ht from the terms of a whole sweep.
  virtual void update_columns(const SweepTerms<T>& terms, MatrixView<T> Ht) = 0;

  /// Sets the panel's rows of W to what each settles at by itself with Ht fixed, in rows' result.
  /// The floor of W's update counts in each row's own unit. What W_p was before plays no part.
  virtual void settle_rows(const Panel<T>& panel, MatrixView<const T> Ht, MatrixView<T> W_p,
                           SettlingRows<T>& rows) = 0;

  /// sums[0] += the panel's share of the loss, entry by entry; and once for all panels what does
  /// not belong to one.
  virtual void add_loss(const Panel<T>& panel, MatrixView<const T> W_p, MatrixView<const T> Ht,
                        double* sums) = 0;
  virtual void add_model_loss(MatrixView<const T> W, MatrixView<const T> Ht, double* sums) = 0;
};

}  // namespace nonneg
