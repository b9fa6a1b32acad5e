// SPDX-License-Identifier: Apache-2.0
#include "rules/beta_rule.hpp"

#include "backend/profile_range.hpp"
#include "formulas/beta_divergence.hpp"

namespace nonneg {

namespace {

template <class T>
class BetaRule final : public UpdateRule<T> {
 public:
  BetaRule(Backend<T>& backend, const RuleSettings<T>& settings, const Buffers& needs)
      : backend_(backend),
        mode_(settings.mode),
        updates_(settings.updates),
        divergence_{mode_.beta, settings.least},
        exponent_(static_cast<T>(update_exponent(mode_.beta))),
        samples_(mode_.samples()),
        P_(allocate(backend, needs, "P")),
        D_(allocate(backend, needs, "D")),
        workspace_(allocate(backend, needs, "quotients")),
        dense_(allocate(backend, needs, "dense panel")) {}

  void begin_sweep(MatrixView<const T> Ht) override {
    if (!samples_) backend_.begin_quotient_products(Ht, workspace_.view());
    if (!mode_.sums_as_denominators) return;
    backend_.set_zero(D_.view());
    backend_.add_column_sums(Ht, D_.view());
  }

  void update_rows(const Panel<T>& panel, MatrixView<const T> Ht, MatrixView<T> W_p) override {
    update_rows(panel, Ht, W_p, {});
  }

  void settle_rows(const Panel<T>& panel, MatrixView<const T> Ht, MatrixView<T> W_p,
                   SettlingRows<T>& rows) override {
    rows.begin(backend_, panel.first_row, W_p);
    take_products(panel, Ht, W_p);
    const MatrixView<const T> D = denominators(panel.rows());
    rows.scale_by(backend_, rows_of(P_, panel.rows()), D, updates_.W.floor, W_p);
    rows.settle(backend_, W_p, [&] { update_rows(panel, Ht, W_p, rows.row_floors(panel.rows())); });
  }

  void accumulate(const Panel<T>& panel, MatrixView<const T> Ht, MatrixView<const T> W_p,
                  SweepTerms<T>& terms) override {
    const ProfileRange<T> range(backend_, "accumulate");
    if (samples_) {
      backend_.add_sampled_transposed_products(panel.stored, W_p, Ht, divergence_, terms.C.view(),
                                               by_entries(terms.S.view()));
    } else {
      backend_.add_transposed_quotient_products(dense_of(panel), panel.weights, W_p, Ht,
                                                divergence_, workspace_.view(), terms.C.view(),
                                                by_entries(terms.S.view()));
    }
    if (mode_.sums_as_denominators) backend_.add_column_sums(W_p, terms.S.view());
  }

  void accumulate_alone(const Panel<T>& panel, MatrixView<const T> Ht, MatrixView<const T> W_p,
                        SweepTerms<T>& terms) override {
    make_dense(panel);
    accumulate(panel, Ht, W_p, terms);
  }

  void update_columns(const SweepTerms<T>& terms, MatrixView<T> Ht) override {
    const ProfileRange<T> range(backend_, "update H");
    backend_.ratio_update(Ht, terms.C.view(), terms.S.view(), exponent_, updates_.H, {});
  }

  void add_loss(const Panel<T>& panel, MatrixView<const T> W_p, MatrixView<const T> Ht,
                double* sums) override {
    if (samples_) {
      backend_.add_sampled_divergence(panel.stored, W_p, Ht, divergence_, mode_.zeros_observed,
                                      sums);
    } else {
      make_dense(panel);
      backend_.add_divergence(dense_of(panel), panel.weights, W_p, Ht, divergence_, sums);
    }
  }

  /// Of Kullback-Leibler, d(0, v) = v over all entries.
  void add_model_loss(MatrixView<const T> W, MatrixView<const T> Ht, double* sums) override {
    if (samples_ && mode_.zeros_observed) backend_.add_model_sum(W, Ht, 1, sums);
  }

 private:
  /// P_ and D_ of the panel's rows, as W_p is.
  void take_products(const Panel<T>& panel, MatrixView<const T> Ht, MatrixView<const T> W_p) {
    const ProfileRange<T> range(backend_, "quotients");
    const MatrixView<T> P = rows_of(P_, panel.rows());
    const MatrixView<T> D = by_entries(denominators(panel.rows()));
    if (samples_) {
      backend_.sampled_products(panel.stored, W_p, Ht, divergence_, P, D);
    } else {
      make_dense(panel);
      backend_.quotient_products(dense_of(panel), panel.weights, W_p, Ht, divergence_,
                                 workspace_.view(), P, D);
    }
  }

  /// `floors` as ratio_update() has them.
  void update_rows(const Panel<T>& panel, MatrixView<const T> Ht, MatrixView<T> W_p,
                   MatrixView<const T> floors) {
    take_products(panel, Ht, W_p);
    const ProfileRange<T> range(backend_, "update W");
    backend_.ratio_update(W_p, rows_of(P_, panel.rows()), denominators(panel.rows()), exponent_,
                          updates_.W, floors);
  }

  MatrixView<T> denominators(Index rows) {
    return mode_.sums_as_denominators ? D_.view() : rows_of(D_, rows);
  }

  static MatrixView<T> rows_of(Matrix<T>& X, Index rows) { return X.view().row_block(0, rows); }

  /// Denominators that come from the entries; none where they are sums.
  MatrixView<T> by_entries(MatrixView<T> D) const {
    return mode_.sums_as_denominators ? MatrixView<T>() : D;
  }

  /// Where a sparse panel's entries are all needed.
  void make_dense(const Panel<T>& panel) {
    if (panel.sparse && !samples_) {
      backend_.make_dense(panel.stored, rows_of(dense_, panel.rows()));
    }
  }

  /// A sparse panel must have been made dense since it came.
  MatrixView<const T> dense_of(const Panel<T>& panel) {
    if (!panel.sparse) return panel.A;
    return rows_of(dense_, panel.rows());
  }

  Backend<T>& backend_;
  LossMode mode_;
  FactorUpdates<T> updates_;
  Divergence<T> divergence_;
  T exponent_;
  /// Panels are sparse and stay so: the model is taken at their stored entries alone.
  bool samples_;
  /// Of the panel's rows: numerators and denominators of the update, panel_rows × k. Denominators
  /// that are sums are one row for all, and hold for a sweep.
  Matrix<T> P_;
  Matrix<T> D_;
  /// Of the products with the quotients; empty where entries are sampled.
  Matrix<T> workspace_;
  /// A sparse panel made dense, panel_rows × n; empty where that is not asked for.
  Matrix<T> dense_;
};

}  // namespace

template <class T>
std::unique_ptr<UpdateRule<T>> make_beta_rule(Backend<T>& backend, const RuleSettings<T>& settings,
                                              Index panel_rows) {
  const LossMode& mode = settings.mode;
  const Index quotients = backend.quotient_workspace(panel_rows, settings.cols, settings.rank,
                                                     !mode.sums_as_denominators);
  return std::make_unique<BetaRule<T>>(
      backend, settings,
      beta_rule_needs(mode, panel_rows, settings.cols, settings.rank, quotients));
}

template std::unique_ptr<UpdateRule<float>> make_beta_rule(Backend<float>&,
                                                           const RuleSettings<float>&, Index);
template std::unique_ptr<UpdateRule<double>> make_beta_rule(Backend<double>&,
                                                            const RuleSettings<double>&, Index);

}  // namespace nonneg
