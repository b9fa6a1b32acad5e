// SPDX-License-Identifier: Apache-2.0
/// Carries H on along its last step, free of its components' scales, so that the next sweep updates
/// W at a point ahead of H; and undoes a sweep after which the objective rose
/// (extrapolation_step.hpp decides).
#pragma once

#include "backend/buffers.hpp"
#include "formulas/extrapolation_step.hpp"

namespace nonneg {

template <class T>
class Extrapolation {
 public:
  /// For W m × k and Ht n × k.
  static Buffers needs(Index m, Index n, Index k) {
    return {{"point", n, k},
            {"previous W", m, k},
            {"previous Ht", n, k},
            {"previous Gram matrix", k, k}};
  }

  /// Entries of the point stay at or above `floor`. `state` points to StepState::count doubles of
  /// the backend.
  Extrapolation(Backend<T>& backend, const Buffers& needs, const StepRule& rule, T floor,
                double* state)
      : backend_(backend),
        rule_(rule),
        floor_(floor),
        state_(state),
        point_(allocate(backend, needs, "point")),
        previous_W_(allocate(backend, needs, "previous W")),
        previous_Ht_(allocate(backend, needs, "previous Ht")),
        previous_G_(allocate(backend, needs, "previous Gram matrix")) {}

  /// Begins at the first factors; G is the Gram matrix of Ht.
  void start(MatrixView<const T> Ht, MatrixView<const T> G) {
    backend_.clear_sums(state_, StepState::count);
    backend_.copy(Ht, point_.view());
    backend_.copy(Ht, previous_Ht_.view());
    backend_.copy(G, previous_G_.view());
  }

  /// Where the next sweep reads H.
  MatrixView<const T> point() const { return point_.view(); }

  /// Keeps rows of W before they are updated, on the worker's backend.
  void keep(Backend<T>& worker, Index first_row, MatrixView<const T> W_p) {
    worker.copy(W_p, previous_W_.view().row_block(first_row, W_p.rows()));
  }

  /// After a sweep, whose sums these are, and G the Gram matrix of Ht. Work for the backend alone:
  /// the host learns nothing.
  void conclude(const double* sums, MatrixView<T> W, MatrixView<T> Ht, MatrixView<T> G) {
    backend_.judge_step(rule_, sums, state_);
    const double* undone = state_ + StepState::undone;
    backend_.copy_if(undone, previous_W_.view(), W);
    backend_.copy_if(undone, previous_Ht_.view(), Ht);
    backend_.copy_if(undone, previous_G_.view(), G);
    backend_.extrapolate(Ht, G, previous_Ht_.view(), previous_G_.view(), state_ + StepState::beta,
                         floor_, point_.view());
    backend_.copy(G, previous_G_.view());
  }

 private:
  Backend<T>& backend_;
  StepRule rule_;
  T floor_;
  double* state_;
  Matrix<T> point_;
  Matrix<T> previous_W_;
  Matrix<T> previous_Ht_;
  Matrix<T> previous_G_;
};

}  // namespace nonneg
