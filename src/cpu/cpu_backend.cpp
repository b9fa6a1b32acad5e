#include "cpu/cpu_backend.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "cpu/gemm.hpp"
#include "cpu/narrow_product.hpp"
#include "cpu/parallel.hpp"
#include "cpu/plan.hpp"
#include "cpu/row_update.hpp"
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

  void add_gram(MatrixView<const T> F, MatrixView<T> G) override {
    add_transposed_product(F, F, G);
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
    // A block's W·Htᵀ as (Ht·Wᵀ)ᵀ would need a transposed product; instead H is laid out once.
    const Matrix<T> H = transposed(Ht);
    const Index blocks = (A.rows() + kResidualRows - 1) / kResidualRows;
    std::vector<double> block_sums(static_cast<std::size_t>(blocks), 0.0);
    parallel_ranges(threads_, blocks, 1, [&](Index first_block, Index block_count) {
      const FlushSubnormals flush;
      Matrix<T> product(kResidualRows, A.cols());
      for (Index b = first_block; b < first_block + block_count; ++b) {
        const Index first = b * kResidualRows;
        const Index count = std::min(kResidualRows, A.rows() - first);
        const MatrixView<T> model = product.view().row_block(0, count);
        multiply_model(W.row_block(first, count), H.view(), model);
        double sum = 0;
        for (Index i = 0; i < count; ++i) {
          sum += squared_distance(A.row(first + i), model.row(i), A.cols());
        }
        block_sums[static_cast<std::size_t>(b)] = sum;
      }
    });
    for (const double sum : block_sums) sums[0] += sum;
  }

 private:
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
