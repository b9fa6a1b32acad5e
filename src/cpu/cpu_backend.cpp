// SPDX-License-Identifier: Apache-2.0
#include "cpu/cpu_backend.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "base/parallel.hpp"
#include "cpu/divergence.hpp"
#include "cpu/gemm.hpp"
#include "cpu/narrow_product.hpp"
#include "cpu/nonnegative_least_squares.hpp"
#include "cpu/plan.hpp"
#include "cpu/quotient_products.hpp"
#include "cpu/reductions.hpp"
#include "cpu/row_update.hpp"
#include "cpu/sparse_product.hpp"
#include "cpu/subnormals.hpp"
#include "data/widen.hpp"
#include "formulas/at_least.hpp"
#include "formulas/extrapolation_step.hpp"
#include "formulas/philox.hpp"
#include "formulas/pivoting.hpp"
#include "panels/panel_source.hpp"

namespace nonneg::cpu {

namespace {

/// A copy on the host, made at once by the backend's threads.
template <class T>
class HostToHostCopy final : public HostCopy<T> {
 public:
  HostToHostCopy(Backend<T>& backend, Index w_rows, Index ht_rows, Index rank, Index sums)
      : backend_(backend),
        W_(backend.allocate(w_rows, rank)),
        Ht_(backend.allocate(ht_rows, rank)),
        sums_(static_cast<std::size_t>(sums)) {}

  void take(MatrixView<const T> W, MatrixView<const T> Ht, const double* sums) override {
    backend_.copy(W, W_.view());
    backend_.copy(Ht, Ht_.view());
    std::copy_n(sums, sums_.size(), sums_.data());
  }
  void wait() override {}

  MatrixView<T> W() override { return W_.view(); }
  MatrixView<T> Ht() override { return Ht_.view(); }
  const double* sums() const override { return sums_.data(); }

 private:
  Backend<T>& backend_;
  Matrix<T> W_;
  Matrix<T> Ht_;
  std::vector<double> sums_;
};

template <class T>
class CpuBackend final : public Backend<T> {
 public:
  explicit CpuBackend(int threads) : threads_(threads == 0 ? usable_threads() : threads) {}

  std::string_view name() const override { return "cpu"; }
  int threads() const override { return threads_; }
  MemorySpace space() const override { return MemorySpace::host; }

  std::unique_ptr<Backend<T>> make_worker() override { return make_cpu_backend<T>(1); }

  void run_workers(int count, const std::function<void(int)>& body) override {
    parallel_ranges(count, count, 1, [&](Index first, Index size) {
      for (Index worker = first; worker < first + size; ++worker) body(static_cast<int>(worker));
    });
  }

  Plan plan(const DataView& A, const Options& options, bool scaled,
            const Buffers& held) const override {
    return cpu::plan(A, options, scaled, held);
  }

  std::unique_ptr<PanelSource<T>> make_source(const DataView& A, const Plan& plan,
                                              double scale) override {
    return make_host_source<T>(*this, A, plan.panel_rows, scale);
  }

  Matrix<T> allocate(Index rows, Index cols) override { return Matrix<T>(rows, cols); }
  Matrix<double> allocate_sums(Index count) override { return Matrix<double>(1, count); }

  void set_zero(MatrixView<T> X) override {
    for (Index i = 0; i < X.rows(); ++i) std::fill_n(X.row(i), X.cols(), T{0});
  }

  void copy(MatrixView<const T> from, MatrixView<T> to) override {
    for (Index i = 0; i < from.rows(); ++i) std::copy_n(from.row(i), from.cols(), to.row(i));
  }

  std::unique_ptr<HostCopy<T>> make_host_copy(Index w_rows, Index ht_rows, Index rank,
                                              Index sums) override {
    return std::make_unique<HostToHostCopy<T>>(*this, w_rows, ht_rows, rank, sums);
  }

  void judge_step(const StepRule& rule, const double* sums, double* state) override {
    nonneg::judge_step(rule, sums, state);
  }

  void copy_if(const double* condition, MatrixView<const T> X, MatrixView<T> out) override {
    if (*condition != 0) copy(X, out);
  }

  void extrapolate(MatrixView<const T> X, MatrixView<const T> G, MatrixView<T> previous,
                   MatrixView<const T> previous_G, const double* beta, T floor,
                   MatrixView<T> out) override {
    const T step = static_cast<T>(*beta);
    std::vector<T> scales(static_cast<std::size_t>(X.cols()));
    for (Index j = 0; j < X.cols(); ++j) {
      scales[static_cast<std::size_t>(j)] = std::sqrt(squared_rescaling(G(j, j), previous_G(j, j)));
    }
    parallel_ranges(threads_, X.rows(), kRowBlock, [&](Index first, Index count) {
      const T* scale = scales.data();
      for (Index i = first; i < first + count; ++i) {
        for (Index j = 0; j < X.cols(); ++j) {
          const T x = X(i, j);
          out(i, j) = carried_on(x, previous(i, j), scale[j], step, floor);
          previous(i, j) = x;
        }
      }
    });
  }

  void add(MatrixView<const T> X, MatrixView<T> Y) override {
    parallel_ranges(threads_, X.rows(), kRowBlock, [&](Index first, Index count) {
      for (Index i = first; i < first + count; ++i) {
        for (Index j = 0; j < X.cols(); ++j) Y(i, j) += X(i, j);
      }
    });
  }

  void clear_sums(double* sums, Index count) override { std::fill_n(sums, count, 0.0); }

  void fetch(const double* sums, double* host, Index count) override {
    std::copy_n(sums, count, host);
  }

  void widen(const DataView& stored, double scale, MatrixView<T> out) override {
    parallel_ranges(threads_, out.rows(), 1, [&](Index first, Index count) {
      nonneg::widen<T>(stored.row_block(first, count), scale, out.row_block(first, count));
    });
  }

  void fill_uniform(MatrixView<T> F, UniformKey key, Index first_row, T upper, T floor) override {
    parallel_ranges(threads_, F.rows(), kRowBlock, [&](Index first, Index count) {
      for (Index i = first; i < first + count; ++i) {
        for (Index j = 0; j < F.cols(); ++j) {
          F(i, j) =
              at_least(upper * to_unit_interval<T>(random_bits(key, first_row + i, j)), floor);
        }
      }
    });
  }

  void multiply(MatrixView<const T> A, MatrixView<const T> B, MatrixView<T> C) override {
    parallel_ranges(threads_, C.rows(), kRowBlock, [&](Index first, Index count) {
      const FlushSubnormals flush;
      const MatrixView<const T> rows = A.row_block(first, count);
      if (B.cols() <= kNarrowColumns) {
        narrow_multiply<T>(rows, B, C.row_block(first, count));
      } else {
        gemm<T>(Transpose::no, rows, B, T{0}, C.row_block(first, count));
      }
    });
  }

  void add_transposed_product(MatrixView<const T> A, MatrixView<const T> B,
                              MatrixView<T> C) override {
    parallel_ranges(threads_, C.rows(), kRowBlock, [&](Index first, Index count) {
      const FlushSubnormals flush;
      const MatrixView<const T> columns(A.data() + first, A.rows(), count, A.ld());
      if (B.cols() <= kNarrowColumns) {
        add_narrow_transposed_product<T>(columns, B, C.row_block(first, count));
      } else {
        gemm<T>(Transpose::yes, columns, B, T{1}, C.row_block(first, count));
      }
    });
  }

  void add_gram(MatrixView<const T> F, MatrixView<T> G) override {
    add_transposed_product(F, F, G);
  }

  void add_column_sums(MatrixView<const T> F, MatrixView<T> sums) override {
    const std::vector<double> total = column_sums<T>(threads_, F);
    for (Index c = 0; c < F.cols(); ++c) {
      sums(0, c) += static_cast<T>(total[static_cast<std::size_t>(c)]);
    }
  }

  void multiply(const SparseRows<T>& A, MatrixView<const T> B, MatrixView<T> C) override {
    parallel_rows(A, [&](const SparseRows<T>& rows, Index first) {
      sparse_multiply<T>(rows, B, C.row_block(first, rows.rows));
    });
  }

  /// Runs on one thread, as entries of several rows meet in one row of C. Where there are workers,
  /// each has a C of its own.
  void add_transposed_product(const SparseRows<T>& A, MatrixView<const T> B,
                              MatrixView<T> C) override {
    const FlushSubnormals flush;
    add_sparse_transposed_product<T>(A, B, C);
  }

  void make_dense(const SparseRows<T>& A, MatrixView<T> out) override {
    parallel_ranges(threads_, A.rows, 1, [&](Index first, Index count) {
      for (Index i = first; i < first + count; ++i) {
        std::fill_n(out.row(i), out.cols(), T{0});
        const Index last = A.row_offsets[i + 1] - A.base;
        for (Index e = A.row_offsets[i] - A.base; e < last; ++e) {
          out(i, A.columns[e]) = A.values[e];
        }
      }
    });
  }

  Index quotient_workspace(Index /*panel_rows*/, Index cols, Index rank,
                           bool /*denominators*/) const override {
    return TiledFactor<T>::entries(cols, rank);
  }

  void begin_quotient_products(MatrixView<const T> Ht, MatrixView<T> workspace) override {
    fill_tiles(TiledFactor<T>(Ht, workspace.data()));
  }

  void quotient_products(MatrixView<const T> A, MatrixView<const T> weights, MatrixView<const T> W,
                         MatrixView<const T> Ht, const Divergence<T>& divergence,
                         MatrixView<T> workspace, MatrixView<T> P, MatrixView<T> D) override {
    const TiledFactor<T> H(Ht, workspace.data());
    parallel_ranges(threads_, A.rows(), kTileRows, [&](Index first, Index count) {
      const FlushSubnormals flush;
      const MatrixView<T> own_P = P.row_block(first, count);
      const MatrixView<T> own_D = some_rows(D, first, count);
      set_zero(own_P);
      set_zero(own_D);
      add_quotient_products<T>(A.row_block(first, count), some_rows(weights, first, count),
                               W.row_block(first, count), H, divergence, own_P, own_D);
    });
  }

  void add_transposed_quotient_products(MatrixView<const T> A, MatrixView<const T> weights,
                                        MatrixView<const T> W, MatrixView<const T> Ht,
                                        const Divergence<T>& divergence, MatrixView<T> workspace,
                                        MatrixView<T> P, MatrixView<T> D) override {
    const TiledFactor<T> H(Ht, workspace.data());
    parallel_ranges(threads_, H.blocks(), 1, [&](Index first, Index count) {
      const FlushSubnormals flush;
      cpu::add_transposed_quotient_products<T>(A, weights, W, H, first, count, divergence, P, D);
    });
  }

  void sampled_products(const SparseRows<T>& A, MatrixView<const T> W, MatrixView<const T> Ht,
                        const Divergence<T>& divergence, MatrixView<T> P,
                        MatrixView<T> D) override {
    parallel_rows(A, [&](const SparseRows<T>& rows, Index first) {
      cpu::sampled_products<T>(rows, W.row_block(first, rows.rows), Ht, divergence,
                               P.row_block(first, rows.rows), some_rows(D, first, rows.rows));
    });
  }

  /// Runs on one thread, as add_transposed_product() above.
  void add_sampled_transposed_products(const SparseRows<T>& A, MatrixView<const T> W,
                                       MatrixView<const T> Ht, const Divergence<T>& divergence,
                                       MatrixView<T> P, MatrixView<T> D) override {
    const FlushSubnormals flush;
    cpu::add_sampled_transposed_products<T>(A, W, Ht, divergence, P, D);
  }

  void ratio_update(MatrixView<T> F, MatrixView<const T> P, MatrixView<const T> D, T exponent,
                    const RowUpdate<T>& update, MatrixView<const T> floors) override {
    parallel_ranges(threads_, F.rows(), kRowBlock, [&](Index first, Index count) {
      const FlushSubnormals flush;
      cpu::ratio_update<T>(F.row_block(first, count), P.row_block(first, count),
                           D.rows() == 1 ? D : some_rows(D, first, count), exponent, update,
                           some_rows(floors, first, count));
    });
  }

  void multiplicative_update(MatrixView<T> F, MatrixView<const T> P, MatrixView<const T> G,
                             const RowUpdate<T>& update) override {
    parallel_ranges(threads_, F.rows(), kRowBlock, [&](Index first, Index count) {
      const FlushSubnormals flush;
      cpu::multiplicative_update<T>(F.row_block(first, count), P.row_block(first, count), G,
                                    update);
    });
  }

  void hals_update(MatrixView<T> F, MatrixView<const T> P, MatrixView<const T> G,
                   const RowUpdate<T>& update) override {
    parallel_ranges(threads_, F.rows(), kRowBlock, [&](Index first, Index count) {
      const FlushSubnormals flush;
      cpu::hals_update<T>(F.row_block(first, count), P.row_block(first, count), G, update);
    });
  }

  void anls_update(MatrixView<T> F, MatrixView<const T> P, MatrixView<const T> G,
                   const RowUpdate<T>& update) override {
    parallel_ranges(threads_, F.rows(), kRowBlock, [&](Index first, Index count) {
      const FlushSubnormals flush;
      cpu::anls_update<T>(F.row_block(first, count), P.row_block(first, count), G, update,
                          max_exchanges(F.cols()));
    });
  }

  void dot(MatrixView<const T> X, MatrixView<const T> Y, double* sums) override {
    sums[0] = inner_product<T>(threads_, X, Y);
  }

  void column_dots(MatrixView<const T> X, MatrixView<const T> Y, double* sums) override {
    const std::vector<double> total = cpu::column_dots<T>(threads_, X, Y);
    std::copy(total.begin(), total.end(), sums);
  }

  void factor_sums(MatrixView<const T> F, double* sums) override {
    const FactorSums total = cpu::factor_sums<T>(threads_, F);
    sums[0] = total.sum;
    sums[1] = total.sum_of_squares;
    sums[2] = total.non_finite;
  }

  void add_divergence(MatrixView<const T> A, MatrixView<const T> weights, MatrixView<const T> W,
                      MatrixView<const T> Ht, const Divergence<T>& divergence,
                      double* sums) override {
    Matrix<T> workspace(1, TiledFactor<T>::entries(Ht.rows(), Ht.cols()));
    const TiledFactor<T> H(Ht, workspace.data());
    fill_tiles(H);
    sums[0] += sum_of_pieces(A.rows(), [&](Index first, Index count) {
      const FlushSubnormals flush;
      return model_divergence<T>(A.row_block(first, count), some_rows(weights, first, count),
                                 W.row_block(first, count), H, divergence);
    });
  }

  void add_sampled_divergence(const SparseRows<T>& A, MatrixView<const T> W, MatrixView<const T> Ht,
                              const Divergence<T>& divergence, bool zeros_observed,
                              double* sums) override {
    sums[0] += sum_of_pieces(A.rows, [&](Index first, Index count) {
      return sampled_divergence<T>(row_range(A, first, count), W.row_block(first, count), Ht,
                                   divergence, zeros_observed);
    });
  }

  void add_model_sum(MatrixView<const T> W, MatrixView<const T> Ht, int power,
                     double* sums) override {
    const std::vector<double> w =
        power == 1 ? column_sums<T>(threads_, W) : double_gram<T>(threads_, W);
    const std::vector<double> h =
        power == 1 ? column_sums<T>(threads_, Ht) : double_gram<T>(threads_, Ht);
    for (std::size_t c = 0; c < w.size(); ++c) sums[0] += w[c] * h[c] / power;
  }

 private:
  /// Σ body(first, count) over pieces of the rows.
  template <class Body>
  double sum_of_pieces(Index rows, const Body& body) const {
    return sums_of_pieces<1>(threads_, rows,
                             [&](Index first, Index count, std::array<double, 1>& sums) {
                               sums[0] += body(first, count);
                             })[0];
  }

  void fill_tiles(TiledFactor<T> H) const {
    parallel_ranges(threads_, H.blocks(), 1,
                    [&](Index first, Index count) { H.fill(first, count); });
  }

  /// These rows, where the view has any.
  template <class E>
  static MatrixView<E> some_rows(MatrixView<E> X, Index first, Index count) {
    return X.rows() > 0 ? X.row_block(first, count) : X;
  }

  static SparseRows<T> row_range(const SparseRows<T>& A, Index first, Index count) {
    SparseRows<T> rows = A;
    rows.row_offsets += first;
    rows.rows = count;
    rows.entries = rows.row_offsets[count] - rows.row_offsets[0];
    return rows;
  }

  /// Calls body(rows, first) for ranges of A's rows, on all threads.
  template <class Body>
  void parallel_rows(const SparseRows<T>& A, const Body& body) const {
    parallel_ranges(threads_, A.rows, 1, [&](Index first, Index count) {
      const FlushSubnormals flush;
      body(row_range(A, first, count), first);
    });
  }

  int threads_;
};

}  // namespace

template <class T>
std::unique_ptr<Backend<T>> make_cpu_backend(int threads) {
  return std::make_unique<CpuBackend<T>>(threads);
}

template std::unique_ptr<Backend<float>> make_cpu_backend(int);
template std::unique_ptr<Backend<double>> make_cpu_backend(int);

}  // namespace nonneg::cpu
