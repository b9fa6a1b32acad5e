// SPDX-License-Identifier: Apache-2.0
#include "rules/gram_rule.hpp"

#include "backend/profile_range.hpp"

namespace nonneg {

namespace {

template <class T>
class GramRule final : public UpdateRule<T> {
 public:
  GramRule(Backend<T>& backend, const RuleSettings<T>& settings, const Buffers& needs)
      : backend_(backend),
        algorithm_(settings.algorithm),
        updates_(settings.updates),
        sparse_(settings.mode.sparse),
        G_(allocate(backend, needs, "G")),
        P_(allocate(backend, needs, "P")) {}

  void begin_sweep(MatrixView<const T> Ht) override {
    backend_.set_zero(G_.view());
    backend_.add_gram(Ht, G_.view());
  }

  void update_rows(const Panel<T>& panel, MatrixView<const T> Ht, MatrixView<T> W_p) override {
    const MatrixView<T> P = product(panel, Ht);
    const ProfileRange<T> range(backend_, "update W");
    update(W_p, P, G_.view(), updates_.W);
  }

  void settle_rows(const Panel<T>& panel, MatrixView<const T> Ht, MatrixView<T> W_p,
                   SettlingRows<T>& rows) override {
    const MatrixView<T> P = product(panel, Ht);
    const ProfileRange<T> range(backend_, "update W");
    rows.begin(backend_, panel.first_row, W_p);
    rows.divide_by_units(backend_, updates_.W, G_.view(), P, W_p);
    RowUpdate<T> divided = updates_.W;
    divided.l1 = 0;
    update(W_p, P, G_.view(), divided);
    rows.finish(backend_, W_p);
  }

  void accumulate(const Panel<T>& panel, MatrixView<const T> /*Ht*/, MatrixView<const T> W_p,
                  SweepTerms<T>& terms) override {
    const ProfileRange<T> range(backend_, "accumulate");
    if (panel.sparse) {
      backend_.add_transposed_product(panel.stored, W_p, terms.C.view());
    } else {
      backend_.add_transposed_product(panel.A, W_p, terms.C.view());
    }
    backend_.add_gram(W_p, terms.S.view());
  }

  void update_columns(const SweepTerms<T>& terms, MatrixView<T> Ht) override {
    const ProfileRange<T> range(backend_, "update H");
    update(Ht, terms.C.view(), terms.S.view(), updates_.H);
  }

  void add_loss(const Panel<T>& panel, MatrixView<const T> W_p, MatrixView<const T> Ht,
                double* sums) override {
    constexpr Divergence<T> kHalfSquares{kFrobenius, T{0}};
    if (panel.sparse) {
      backend_.add_sampled_divergence(panel.stored, W_p, Ht, kHalfSquares, true, sums);
    } else {
      backend_.add_divergence(panel.A, {}, W_p, Ht, kHalfSquares, sums);
    }
  }

  void add_model_loss(MatrixView<const T> W, MatrixView<const T> Ht, double* sums) override {
    if (sparse_) backend_.add_model_sum(W, Ht, 2, sums);
  }

 private:
  /// A_p·Ht, in P_.
  MatrixView<T> product(const Panel<T>& panel, MatrixView<const T> Ht) {
    const ProfileRange<T> range(backend_, "multiply");
    const MatrixView<T> P = P_.view().row_block(0, panel.rows());
    if (panel.sparse) {
      backend_.multiply(panel.stored, Ht, P);
    } else {
      backend_.multiply(panel.A, Ht, P);
    }
    return P;
  }

  void update(MatrixView<T> F, MatrixView<const T> P, MatrixView<const T> G,
              const RowUpdate<T>& row_update) {
    switch (algorithm_) {
      case Algorithm::automatic:
        break;  // resolved before a rule is made
      case Algorithm::mu:
        backend_.multiplicative_update(F, P, G, row_update);
        return;
      case Algorithm::hals:
        backend_.hals_update(F, P, G, row_update);
        return;
      case Algorithm::anls:
        backend_.anls_update(F, P, G, row_update);
        return;
    }
  }

  Backend<T>& backend_;
  Algorithm algorithm_;
  FactorUpdates<T> updates_;
  bool sparse_;
  /// H·Hᵀ, k × k.
  Matrix<T> G_;
  /// The panel's A_p·Ht, panel_rows × k.
  Matrix<T> P_;
};

}  // namespace

template <class T>
std::unique_ptr<UpdateRule<T>> make_gram_rule(Backend<T>& backend, const RuleSettings<T>& settings,
                                              Index panel_rows) {
  return std::make_unique<GramRule<T>>(backend, settings,
                                       gram_rule_needs(panel_rows, settings.rank));
}

template std::unique_ptr<UpdateRule<float>> make_gram_rule(Backend<float>&,
                                                           const RuleSettings<float>&, Index);
template std::unique_ptr<UpdateRule<double>> make_gram_rule(Backend<double>&,
                                                            const RuleSettings<double>&, Index);

}  // namespace nonneg
