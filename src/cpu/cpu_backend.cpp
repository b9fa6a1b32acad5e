#include "cpu/cpu_backend.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <vector>

#include "cpu/divergence.hpp"
#include "cpu/gemm.hpp"
#include "cpu/narrow_product.hpp"
#include "cpu/nonnegative_least_squares.hpp"
#include "cpu/parallel.hpp"
#include "cpu/plan.hpp"
#include "cpu/row_update.hpp"
#include "cpu/sparse_product.hpp"
#include "cpu/widen.hpp"
#include "extrapolation_step.hpp"
#include "init/philox.hpp"
#include "nonneg/panel_source.hpp"

namespace nonneg::cpu {

namespace {

/// Rows per piece of a reduction: pieces are summed in order, so that a sum does not depend on the
/// number of threads.
constexpr Index kReductionRows = 64;

/// Rows of the residual's workspace on each thread.
constexpr Index kResidualRows = 64;

/// Copies at once, with the backend's threads.
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

  Plan plan(const DataView& A, const Options& options, bool scaled) const override {
    return cpu::plan(A, options, scaled);
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

  void extrapolate(MatrixView<const T> X, MatrixView<T> previous, const double* beta, T floor,
                   MatrixView<T> out) override {
    const T step = static_cast<T>(*beta);
    parallel_ranges(threads_, X.rows(), kRowBlock, [&](Index first, Index count) {
      for (Index i = first; i < first + count; ++i) {
        for (Index j = 0; j < X.cols(); ++j) {
          const T x = X(i, j);
          const T value = x + step * (x - previous(i, j));
          out(i, j) = value < floor ? floor : value;
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
      cpu::widen<T>(stored.row_block(first, count), scale, out.row_block(first, count));
    });
  }

  void fill_uniform(MatrixView<T> F, UniformKey key, Index first_row, T upper, T floor) override {
    parallel_ranges(threads_, F.rows(), kRowBlock, [&](Index first, Index count) {
      for (Index i = first; i < first + count; ++i) {
        for (Index j = 0; j < F.cols(); ++j) {
          const T value = upper * to_unit_interval<T>(random_bits(key, first_row + i, j));
          F(i, j) = value < floor ? floor : value;
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

  void multiply_transposed(MatrixView<const T> A, MatrixView<const T> B, MatrixView<T> C) override {
    parallel_ranges(threads_, C.rows(), kRowBlock, [&](Index first, Index count) {
      const FlushSubnormals flush;
      gemm_transposed<T>(A.row_block(first, count), B, C.row_block(first, count));
    });
  }

  void add_gram(MatrixView<const T> F, MatrixView<T> G) override {
    add_transposed_product(F, F, G);
  }

  void add_column_sums(MatrixView<const T> F, MatrixView<T> sums) override {
    const std::vector<double> total = column_sums(F);
    for (Index c = 0; c < F.cols(); ++c) {
      sums(0, c) += static_cast<T>(total[static_cast<std::size_t>(c)]);
    }
  }

  void multiply(const SparseRows<T>& A, MatrixView<const T> B, MatrixView<T> C) override {
    parallel_rows(A, [&](const SparseRows<T>& rows, Index first) {
      sparse_multiply<T>(rows, B, C.row_block(first, rows.rows));
    });
  }

  /// On one thread: entries of several rows meet in one row of C. Where there are workers, each has
  /// a C of its own.
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

  void beta_quotients(MatrixView<const T> A, MatrixView<const T> weights,
                      const Divergence<T>& divergence, MatrixView<T> V, MatrixView<T> D) override {
    parallel_ranges(threads_, A.rows(), 1, [&](Index first, Index count) {
      const FlushSubnormals flush;
      cpu::beta_quotients<T>(A.row_block(first, count), some_rows(weights, first, count),
                             divergence, V.row_block(first, count), some_rows(D, first, count));
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

  /// On one thread, as add_transposed_product() above.
  void add_sampled_transposed_products(const SparseRows<T>& A, MatrixView<const T> W,
                                       MatrixView<const T> Ht, const Divergence<T>& divergence,
                                       MatrixView<T> P, MatrixView<T> D) override {
    const FlushSubnormals flush;
    cpu::add_sampled_transposed_products<T>(A, W, Ht, divergence, P, D);
  }

  void ratio_update(MatrixView<T> F, MatrixView<const T> P, MatrixView<const T> D, T exponent,
                    const RowUpdate<T>& update) override {
    parallel_ranges(threads_, F.rows(), kRowBlock, [&](Index first, Index count) {
      const FlushSubnormals flush;
      cpu::ratio_update<T>(F.row_block(first, count), P.row_block(first, count),
                           D.rows() == 1 ? D : some_rows(D, first, count), exponent, update);
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
                          most_exchanges(F.cols()));
    });
  }

  void dot(MatrixView<const T> X, MatrixView<const T> Y, double* sums) override {
    sums[0] = reduce<1>(X.rows(), [&](Index i, std::array<double, 1>& sum) {
      const T* x = X.row(i);
      const T* y = Y.row(i);
      for (Index j = 0; j < X.cols(); ++j) {
        sum[0] += static_cast<double>(x[j]) * static_cast<double>(y[j]);
      }
    })[0];
  }

  void factor_sums(MatrixView<const T> F, double* sums) override {
    const auto total = reduce<3>(F.rows(), [&](Index i, std::array<double, 3>& sum) {
      // A row's own sums first: rows then overlap, where one chain of additions would wait for
      // itself.
      std::array<double, 3> row{};
      const T* f = F.row(i);
      for (Index j = 0; j < F.cols(); ++j) {
        const auto value = static_cast<double>(f[j]);
        row[0] += value;
        row[1] += value * value;
        row[2] += std::isfinite(value) ? 0.0 : 1.0;
      }
      for (std::size_t s = 0; s < row.size(); ++s) sum[s] += row[s];
    });
    std::copy(total.begin(), total.end(), sums);
  }

  void add_residual(MatrixView<const T> A, MatrixView<const T> W, MatrixView<const T> Ht,
                    double* sums) override {
    sums[0] += sum_over_model(A.rows(), W, Ht, [&A](Index first, MatrixView<const T> model) {
      double sum = 0;
      for (Index i = 0; i < model.rows(); ++i) {
        sum += squared_distance(A.row(first + i), model.row(i), A.cols());
      }
      return sum;
    });
  }

  void add_divergence(MatrixView<const T> A, MatrixView<const T> weights, MatrixView<const T> W,
                      MatrixView<const T> Ht, const Divergence<T>& divergence,
                      double* sums) override {
    sums[0] += sum_over_model(A.rows(), W, Ht, [&](Index first, MatrixView<const T> model) {
      double sum = 0;
      for (Index i = 0; i < model.rows(); ++i) {
        sum += divergence_of<T>(A.row(first + i), model.row(i),
                                weights.rows() > 0 ? weights.row(first + i) : nullptr, A.cols(),
                                divergence);
      }
      return sum;
    });
  }

  void add_sampled_divergence(const SparseRows<T>& A, MatrixView<const T> W, MatrixView<const T> Ht,
                              const Divergence<T>& divergence, bool zeros_observed,
                              double* sums) override {
    const Index pieces = (A.rows + kReductionRows - 1) / kReductionRows;
    std::vector<double> piece_sums(static_cast<std::size_t>(pieces), 0.0);
    parallel_ranges(threads_, pieces, 1, [&](Index first_piece, Index count) {
      for (Index p = first_piece; p < first_piece + count; ++p) {
        const Index first = p * kReductionRows;
        const SparseRows<T> rows = row_range(A, first, std::min(kReductionRows, A.rows - first));
        piece_sums[static_cast<std::size_t>(p)] = sampled_divergence<T>(
            rows, W.row_block(first, rows.rows), Ht, divergence, zeros_observed);
      }
    });
    for (const double sum : piece_sums) sums[0] += sum;
  }

  void add_model_sum(MatrixView<const T> W, MatrixView<const T> Ht, int power,
                     double* sums) override {
    const std::vector<double> w = power == 1 ? column_sums(W) : double_gram(W);
    const std::vector<double> h = power == 1 ? column_sums(Ht) : double_gram(Ht);
    for (std::size_t c = 0; c < w.size(); ++c) sums[0] += w[c] * h[c] / power;
  }

 private:
  /// Adds body(first, model) over blocks of rows, in order; `model` is W·Htᵀ of these rows.
  template <class Body>
  double sum_over_model(Index rows, MatrixView<const T> W, MatrixView<const T> Ht,
                        const Body& body) const {
    // A block's W·Htᵀ as (Ht·Wᵀ)ᵀ would need a transposed product; instead H is laid out once.
    const Matrix<T> H = transposed(Ht);
    const Index blocks = (rows + kResidualRows - 1) / kResidualRows;
    std::vector<double> block_sums(static_cast<std::size_t>(blocks), 0.0);
    parallel_ranges(threads_, blocks, 1, [&](Index first_block, Index block_count) {
      const FlushSubnormals flush;
      Matrix<T> product(kResidualRows, Ht.rows());
      for (Index b = first_block; b < first_block + block_count; ++b) {
        const Index first = b * kResidualRows;
        const Index count = std::min(kResidualRows, rows - first);
        const MatrixView<T> model = product.view().row_block(0, count);
        multiply_model(W.row_block(first, count), H.view(), model);
        block_sums[static_cast<std::size_t>(b)] = body(first, model);
      }
    });
    return std::accumulate(block_sums.begin(), block_sums.end(), 0.0);
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

  std::vector<double> column_sums(MatrixView<const T> F) const {
    return sum_rows(F, F.cols(), [](const T* row, Index k, double* sum) {
      for (Index c = 0; c < k; ++c) sum[c] += static_cast<double>(row[c]);
    });
  }

  /// FᵀF.
  std::vector<double> double_gram(MatrixView<const T> F) const {
    return sum_rows(F, F.cols() * F.cols(), [](const T* row, Index k, double* sum) {
      for (Index c = 0; c < k; ++c) {
        const auto factor = static_cast<double>(row[c]);
        for (Index d = 0; d < k; ++d) sum[c * k + d] += factor * static_cast<double>(row[d]);
      }
    });
  }

  /// Adds body(row, k, sum) over F's rows into `count` sums, in pieces of a fixed number of rows.
  template <class Body>
  std::vector<double> sum_rows(MatrixView<const T> F, Index count, const Body& body) const {
    constexpr Index kPieces = 16;
    const Index piece_rows = (F.rows() + kPieces - 1) / kPieces;
    std::vector<double> partial(static_cast<std::size_t>(kPieces * count), 0.0);
    parallel_ranges(threads_, kPieces, 1, [&](Index first, Index size) {
      for (Index p = first; p < first + size; ++p) {
        const Index last = std::min(F.rows(), (p + 1) * piece_rows);
        for (Index i = p * piece_rows; i < last; ++i) {
          body(F.row(i), F.cols(), partial.data() + p * count);
        }
      }
    });
    std::vector<double> total(static_cast<std::size_t>(count), 0.0);
    for (std::size_t e = 0; e < partial.size(); ++e) total[e % total.size()] += partial[e];
    return total;
  }

  /// Sums body(i, sum) over rows, in pieces of kReductionRows.
  template <std::size_t N, class Body>
  std::array<double, N> reduce(Index rows, const Body& body) const {
    const Index pieces = (rows + kReductionRows - 1) / kReductionRows;
    std::vector<std::array<double, N>> partial(static_cast<std::size_t>(pieces),
                                               std::array<double, N>{});
    parallel_ranges(threads_, pieces, 1, [&](Index first, Index count) {
      for (Index piece = first; piece < first + count; ++piece) {
        const Index last = std::min(rows, (piece + 1) * kReductionRows);
        auto& sum = partial[static_cast<std::size_t>(piece)];
        for (Index i = piece * kReductionRows; i < last; ++i) body(i, sum);
      }
    });
    std::array<double, N> total{};
    for (const auto& sum : partial) {
      for (std::size_t s = 0; s < N; ++s) total[s] += sum[s];
    }
    return total;
  }

  /// Σ (x − y)² in eight lanes, in a fixed order.
  static double squared_distance(const T* x, const T* y, Index count) {
    std::array<double, 8> lanes{};
    Index j = 0;
    for (; j + 8 <= count; j += 8) {
      for (Index l = 0; l < 8; ++l) {
        const double d = static_cast<double>(x[j + l]) - static_cast<double>(y[j + l]);
        lanes[static_cast<std::size_t>(l)] += d * d;
      }
    }
    for (; j < count; ++j) {
      const double d = static_cast<double>(x[j]) - static_cast<double>(y[j]);
      lanes[0] += d * d;
    }
    double sum = 0;
    for (const double lane : lanes) sum += lane;
    return sum;
  }

  /// W·H of a block. oneDNN would generate code for each new shape, which for a small product takes
  /// longer than the product.
  static void multiply_model(MatrixView<const T> W, MatrixView<const T> H, MatrixView<T> model) {
    if (W.cols() <= kNarrowColumns) {
      gemm_eigen<T>(Transpose::no, W, H, T{0}, model);
    } else {
      gemm<T>(Transpose::no, W, H, T{0}, model);
    }
  }

  static Matrix<T> transposed(MatrixView<const T> X) {
    Matrix<T> result(X.cols(), X.rows());
    for (Index i = 0; i < X.rows(); ++i) {
      for (Index j = 0; j < X.cols(); ++j) result(j, i) = X(i, j);
    }
    return result;
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
