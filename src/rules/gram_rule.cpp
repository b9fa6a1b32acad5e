#include "rules/gram_rule.hpp"

#include <algorithm>

#include "range.hpp"

namespace nonneg {

namespace {

template <class T>
class GramRule final : public UpdateRule<T> {
 public:
  GramRule(Backend<T>& backend, Algorithm algorithm, const FactorUpdates<T>& updates,
           Index panel_rows, Index rank)
      : backend_(backend),
        algorithm_(algorithm),
        updates_(updates),
        G_(backend.allocate(rank, rank)),
        P_(backend.allocate(panel_rows, rank)) {}

  void begin_sweep(MatrixView<const T> Ht) override {
    backend_.set_zero(G_.view());
    backend_.add_gram(Ht, G_.view());
  }

  void update_rows(const Panel<T>& panel, MatrixView<const T> Ht, MatrixView<T> W_p) override {
    const MatrixView<T> P = P_.view().row_block(0, panel.A.rows());
    {
      const Range<T> range(backend_, "multiply");
      backend_.multiply(panel.A, Ht, P);
    }
    const Range<T> range(backend_, "update W");
    update(W_p, P, G_.view(), updates_.W);
  }

  void accumulate(const Panel<T>& panel, MatrixView<const T> W_p, SweepTerms<T>& terms) override {
    const Range<T> range(backend_, "accumulate");
    backend_.add_transposed_product(panel.A, W_p, terms.C.view());
    backend_.add_gram(W_p, terms.S.view());
  }

  void update_columns(const SweepTerms<T>& terms, MatrixView<T> Ht) override {
    const Range<T> range(backend_, "update H");
    update(Ht, terms.C.view(), terms.S.view(), updates_.H);
  }

 private:
  void update(MatrixView<T> F, MatrixView<const T> P, MatrixView<const T> G,
              const RowUpdate<T>& row_update) {
    switch (algorithm_) {
      case Algorithm::mu:
        backend_.multiplicative_update(F, P, G, row_update);
        return;
      case Algorithm::hals:
        backend_.hals_update(F, P, G, row_update);
        return;
    }
  }

  Backend<T>& backend_;
  Algorithm algorithm_;
  FactorUpdates<T> updates_;
  /// H·Hᵀ, k × k.
  Matrix<T> G_;
  /// The panel's A_p·Ht, panel_rows × k.
  Matrix<T> P_;
};

}  // namespace

Index chosen_repeats(Algorithm algorithm, Index other_length, Index rank) noexcept {
  if (algorithm == Algorithm::mu) return 1;
  constexpr Index kMostRepeats = 20;
  return std::clamp<Index>(1 + other_length / (8 * rank), 2, kMostRepeats);
}

template <class T>
std::unique_ptr<UpdateRule<T>> make_gram_rule(Backend<T>& backend, Algorithm algorithm,
                                              const FactorUpdates<T>& updates, Index panel_rows,
                                              Index rank) {
  return std::make_unique<GramRule<T>>(backend, algorithm, updates, panel_rows, rank);
}

template std::unique_ptr<UpdateRule<float>> make_gram_rule(Backend<float>&, Algorithm,
                                                           const FactorUpdates<float>&, Index,
                                                           Index);
template std::unique_ptr<UpdateRule<double>> make_gram_rule(Backend<double>&, Algorithm,
                                                            const FactorUpdates<double>&, Index,
                                                            Index);

}  // namespace nonneg
