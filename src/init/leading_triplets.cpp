// SPDX-License-Identifier: Apache-2.0
#include "init/leading_triplets.hpp"

#include <Eigen/Core>
#include <Eigen/Eigenvalues>
#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <limits>

#include "formulas/normal.hpp"
#include "init/random_factors.hpp"
#include "init/rows_on_host.hpp"

namespace nonneg {

namespace {

template <class T>
using RowMajor = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
template <class T>
using RowMajorRef = Eigen::Ref<RowMajor<T>, 0, Eigen::OuterStride<>>;
template <class T>
using RowMajorMap = Eigen::Map<RowMajor<T>, 0, Eigen::OuterStride<>>;

template <class T>
RowMajorMap<T> mapped(MatrixView<T> X) {
  return {X.data(), X.rows(), X.cols(), Eigen::OuterStride<>(X.ld())};
}

/// The SVD's buffers and steps, in T.
template <class T>
class Projection {
 public:
  Projection(Backend<T>& backend, PanelCrew<T>& crew, const Buffers& needs, double norm)
      : backend_(backend),
        crew_(crew),
        // So that A·Q and AᵀA·Q stay as far from the ends of T as A is.
        unit_(norm > 0 ? std::ldexp(1.0, -std::ilogb(norm)) : 1.0),
        Y_(allocate(backend, needs, "A·Q")),
        Q_(allocate(backend, needs, "Q")) {
    for (int w = 0; w < crew.size(); ++w) Z_.push_back(allocate(backend, needs, "AᵀA·Q"));
  }

  /// Q = I, in the unit of the products.
  void take_all() {
    fill(Q_.view(), [this](Index i, Index j) { return i == j ? unit_ : 0.0; });
  }

  /// Q = an orthonormal basis of normal numbers' columns.
  void draw(std::uint64_t seed) {
    const UniformKey key{.seed = seed, .matrix = static_cast<std::uint32_t>(DrawnFactor::svd)};
    fill(sum(), [&](Index i, Index j) { return standard_normal(key, i, j); });
    orthonormalize();
  }

  /// Q = an orthonormal basis of the columns of AᵀA·Q, in one read of A.
  void multiply_by_gram() {
    crew_.run([&](int worker) {
      Backend<T>& backend = crew_.backend(worker);
      const MatrixView<T> Z = Z_[static_cast<std::size_t>(worker)].view();
      backend.set_zero(Z);
      crew_.for_each_panel(worker, [&](const Panel<T>& panel) {
        const MatrixView<T> Y = multiply(backend, panel);
        if (panel.sparse) {
          backend.add_transposed_product(panel.stored, Y, Z);
        } else {
          backend.add_transposed_product(panel.A, Y, Z);
        }
      });
    });
    for (std::size_t w = 1; w < Z_.size(); ++w) backend_.add(Z_[w].view(), sum());
    orthonormalize();
  }

  /// Y = A·Q.
  void project() {
    crew_.run([&](int worker) {
      crew_.for_each_panel(worker,
                           [&](const Panel<T>& panel) { multiply(crew_.backend(worker), panel); });
    });
  }

  /// From Y = A·Q: with the eigenpairs (λ_j, z_j) of YᵀY, σ_j = √λ_j, u_j = Y·z_j / σ_j and v_j =
  /// Q·z_j.
  std::vector<double> take_triplets(const Buffers& needs, MatrixView<T> U, MatrixView<T> V) {
    const Index columns = Y_.cols();
    const Index k = U.cols();
    // Y's Gram matrix squares its singular values: in double, it keeps those that T has.
    Eigen::MatrixXd gram = Eigen::MatrixXd::Zero(columns, columns);
    for_each_rows_on_host<OnHost::read>(
        backend_, std::as_const(Y_).view(),
        [&](Index /*first*/, MatrixView<const T> rows) { add_gram(rows, gram); });
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solved(gram);
    const auto value = [&](Index j) {
      return std::sqrt(std::max(0.0, solved.eigenvalues()(columns - 1 - j)));
    };
    const double least = value(0) * kLeastPart;
    std::vector<double> values;
    for (Index j = 0; j < k; ++j) values.push_back(value(j) > least ? value(j) / unit_ : 0.0);
    Matrix<T> rotation = allocate(backend_, needs, "rotation");
    const auto rotate = [&](const Matrix<T>& X, MatrixView<T> out, const auto& scale_of) {
      fill(rotation.view(), [&](Index i, Index j) {
        return value(j) > least ? solved.eigenvectors()(i, columns - 1 - j) * scale_of(j) : 0.0;
      });
      backend_.multiply(X.view(), rotation.view(), out);
    };
    rotate(Y_, U, [&](Index j) { return 1 / value(j); });
    rotate(Q_, V, [&](Index /*j*/) { return 1 / unit_; });
    return values;
  }

 private:
  /// What of the largest singular value one must be to be told from 0: Y is rounded in T, and its
  /// Gram matrix in double.
  static constexpr double kLeastPart =
      std::max(8.0 * static_cast<double>(std::numeric_limits<T>::epsilon()), 0x1p-23);

  MatrixView<T> sum() { return Z_.front().view(); }

  /// The panel's rows of A·Q.
  MatrixView<T> multiply(Backend<T>& backend, const Panel<T>& panel) {
    const MatrixView<T> Y = Y_.view().row_block(panel.first_row, panel.rows());
    if (panel.sparse) {
      backend.multiply(panel.stored, Q_.view(), Y);
    } else {
      backend.multiply(panel.A, Q_.view(), Y);
    }
    return Y;
  }

  template <class Entry>
  void fill(MatrixView<T> X, const Entry& entry) {
    for_each_rows_on_host<OnHost::filled>(backend_, X, [&](Index first, MatrixView<T> rows) {
      for (Index i = 0; i < rows.rows(); ++i) {
        for (Index j = 0; j < rows.cols(); ++j) rows(i, j) = static_cast<T>(entry(first + i, j));
      }
    });
  }

  /// Q = an orthonormal basis of sum()'s columns, times the unit; by Householder's reflections on
  /// the host, which keep a basis of columns that nearly depend on each other.
  void orthonormalize() {
    if (sum().space() == MemorySpace::host) {
      orthonormalize(sum(), Q_.view());
      return;
    }
    Matrix<T> columns(Q_.rows(), Q_.cols());
    Matrix<T> basis(Q_.rows(), Q_.cols());
    backend_.copy(sum(), columns.view());
    orthonormalize(columns.view(), basis.view());
    backend_.copy(basis.view(), Q_.view());
  }

  void orthonormalize(MatrixView<T> columns, MatrixView<T> basis) const {
    RowMajorMap<T> in_place = mapped(columns);
    RowMajorRef<T> reflected(in_place);
    const Eigen::HouseholderQR<RowMajorRef<T>> reflections(reflected);
    RowMajorMap<T> q = mapped(basis);
    q.setIdentity();
    q.applyOnTheLeft(reflections.householderQ());
    q *= static_cast<T>(unit_);
  }

  static void add_gram(MatrixView<const T> rows, Eigen::MatrixXd& gram) {
    constexpr Index kBlockRows = 256;
    for (Index first = 0; first < rows.rows(); first += kBlockRows) {
      const MatrixView<const T> block =
          rows.row_block(first, std::min(kBlockRows, rows.rows() - first));
      const Eigen::Map<const RowMajor<T>, 0, Eigen::OuterStride<>> map(
          block.data(), block.rows(), block.cols(), Eigen::OuterStride<>(block.ld()));
      const Eigen::MatrixXd wide = map.template cast<double>();
      gram.noalias() += wide.transpose() * wide;
    }
  }

  Backend<T>& backend_;
  PanelCrew<T>& crew_;
  double unit_;
  Matrix<T> Y_;
  Matrix<T> Q_;
  /// One for each worker; the first is the sum of all.
  std::vector<Matrix<T>> Z_;
};

}  // namespace

SvdSize::SvdSize(Index m, Index n, Index k) {
  constexpr Index kOversampling = 10;
  const Index least = std::min(m, n);
  columns = k > least - kOversampling ? least : k + kOversampling;
  const bool few = static_cast<double>(k) < 0.1 * static_cast<double>(least);
  power_passes = columns == n ? 0 : few ? 7 : 4;
}

Buffers leading_triplets_needs(Index m, Index n, Index k) {
  const Index columns = SvdSize(m, n, k).columns;
  return {{"A·Q", m, columns},
          {"Q", n, columns},
          {.name = "AᵀA·Q", .rows = n, .cols = columns, .per_worker = true},
          {"rotation", columns, k}};
}

template <class T>
std::vector<double> find_leading_triplets(Backend<T>& backend, PanelCrew<T>& crew, double norm,
                                          std::uint64_t seed, MatrixView<T> U, MatrixView<T> V) {
  const SvdSize size(U.rows(), V.rows(), U.cols());
  const Buffers needs = leading_triplets_needs(U.rows(), V.rows(), U.cols());
  Projection<T> projection(backend, crew, needs, norm);
  if (size.power_passes == 0) {
    projection.take_all();
  } else {
    projection.draw(seed);
  }
  for (Index pass = 0; pass < size.power_passes; ++pass) projection.multiply_by_gram();
  projection.project();
  return projection.take_triplets(needs, U, V);
}

template std::vector<double> find_leading_triplets(Backend<float>&, PanelCrew<float>&, double,
                                                   std::uint64_t, MatrixView<float>,
                                                   MatrixView<float>);
template std::vector<double> find_leading_triplets(Backend<double>&, PanelCrew<double>&, double,
                                                   std::uint64_t, MatrixView<double>,
                                                   MatrixView<double>);

}  // namespace nonneg
