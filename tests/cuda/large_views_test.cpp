// SPDX-License-Identifier: Apache-2.0
// Matrices of more than 2³¹ entries, by arithmetic: none is allocated. Rows that lie further apart
// than an int counts are two small allocations of the emulated device, whose addresses never come
// back.
#include <cstdint>

#include "cuda/emulated_fixture.hpp"
#include "devices/make_backend.hpp"
#include "kernels/grid_size.hpp"

namespace nonneg::test {
namespace {

constexpr Index kBeyondInt = Index{1} << 31;

TEST(LargeViewsTest, GridsOfAnySizeStayWithinTheirLimit) {
  EXPECT_EQ(cuda::grid_size(kBeyondInt, 256, kBeyondInt), 1U << 23);
  EXPECT_EQ(cuda::grid_size(Index{1} << 40, 1024, 1 << 16), 1U << 16);
  EXPECT_EQ(cuda::grid_size((Index{1} << 40) + 1, Index{1} << 32, 1 << 16), 257U);
  EXPECT_EQ(cuda::grid_size(1, 256, 1 << 16), 1U);
}

TEST(LargeViewsTest, RowsOfHugeDataLieWhereSixtyFourBitsSay) {
  constexpr Index kRows = Index{1} << 33;
  constexpr Index kStride = (Index{1} << 20) + 3;
  const float first = 0;
  const DataView A(&first, ElementType::float32, kRows, 1000, kStride, 1);
  const DataView last = A.row_block(kRows - 1, 1);
  EXPECT_EQ(
      reinterpret_cast<std::uintptr_t>(last.data()) - reinterpret_cast<std::uintptr_t>(&first),
      static_cast<std::uintptr_t>(kRows - 1) * kStride * sizeof(float));
  EXPECT_EQ(A.bytes(), std::uint64_t{1000} * kRows * sizeof(float));
}

TEST(LargeViewsTest, RowsOfAHugeFactorLieWhereSixtyFourBitsSay) {
  float first = 0;
  const MatrixView<float> W(&first, kBeyondInt, 8, kBeyondInt);
  const MatrixView<float> last = W.row_block(kBeyondInt - 1, 1);
  EXPECT_EQ(
      reinterpret_cast<std::uintptr_t>(last.data()) - reinterpret_cast<std::uintptr_t>(&first),
      static_cast<std::uintptr_t>(kBeyondInt - 1) * kBeyondInt * sizeof(float));
}

class LargePlanTest : public DeviceTest {};

TEST_F(LargePlanTest, MoreThanTwoToThe31EntriesArePlannedFor) {
  const std::uint8_t first = 0;
  const Options options = options_for(BackendKind::cuda, 64);
  // 3·10⁹ bytes, 3·10¹⁵, and as many as an Index counts.
  for (const Index rows : {Index{3000000}, Index{3000000000000}, INT64_MAX / 1000}) {
    const DataView A(&first, ElementType::uint8, rows, 1000, 1000, 1);
    const Plan plan = make_plan(A, options);
    EXPECT_EQ(plan.data_bytes, static_cast<std::uint64_t>(rows) * 1000U);
    EXPECT_GE(plan.factor_bytes, std::uint64_t{1000} * 64 * sizeof(float));
    EXPECT_GE(plan.total_bytes, plan.factor_bytes);
    EXPECT_GE(plan.panels, (rows - 1) / plan.panel_rows);
    EXPECT_LT(plan.pinned_bytes, std::uint64_t{1} << 30);
  }
}

/// Matrices of two rows each, on the device, whose second row lies at least 2³¹ entries behind the
/// first.
class FarRowsTest : public EmulatedTest {
 protected:
  void SetUp() override {
    EmulatedTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    backend = make_backend<float>(options_for(BackendKind::cuda, 1));
    lower = backend->allocate(1, kRoom);
    constexpr Index kStep = Index{1} << 23;  // addresses are used up without much memory at once
    for (Index passed = 0; passed < kBeyondInt; passed += kStep) backend->allocate(1, kStep);
    upper = backend->allocate(1, kRoom);
    ld = upper.data() - lower.data();
    ASSERT_GE(ld, kBeyondInt);
  }

  void TearDown() override {
    lower = {};
    upper = {};
    usual.clear();
    backend.reset();
    EmulatedTest::TearDown();
  }

  /// X, two rows of it, far apart.
  MatrixView<float> far_apart(const Dense& X) {
    const MatrixView<float> view(lower.data() + used, 2, X.cols, ld, MemorySpace::device);
    used += (X.cols + 31) / 32 * 32;
    const Matrix<float> host = to_matrix<float>(X);
    for (Index i = 0; i < 2; ++i) {
      backend->copy(host.view().row_block(i, 1), view.row_block(i, 1));
    }
    return view;
  }

  /// X as any matrix lies.
  MatrixView<float> as_usual(const Dense& X) {
    usual.push_back(backend->allocate(X.rows, X.cols));
    const Matrix<float> host = to_matrix<float>(X);
    backend->copy(host.view(), usual.back().view());
    return usual.back().view();
  }

  Dense fetched(MatrixView<const float> X) {
    Matrix<float> host(X.rows(), X.cols());
    for (Index i = 0; i < X.rows(); ++i) {
      backend->copy(X.row_block(i, 1), host.view().row_block(i, 1));
    }
    return to_dense(host);
  }

  std::vector<double> sums(const std::function<void(double*)>& reduce) {
    const Matrix<double> device = backend->allocate_sums(3);
    backend->clear_sums(const_cast<double*>(device.data()), 3);
    reduce(const_cast<double*>(device.data()));
    std::vector<double> host(3);
    backend->fetch(device.data(), host.data(), 3);
    return host;
  }

  static constexpr Index kRoom = 4096;
  std::unique_ptr<Backend<float>> backend;
  Matrix<float> lower;
  Matrix<float> upper;
  std::vector<Matrix<float>> usual;
  Index ld = 0;
  Index used = 0;
};

TEST_F(FarRowsTest, EveryPrimitiveFindsThemAsItFindsRowsThatAreNear) {
  constexpr Index kRank = 5;
  const Dense F = random_matrix(2, kRank, 71, 0.1, 1);
  const Dense P = random_matrix(2, kRank, 72, 0.1, 1);
  const Dense G2 = gram(random_matrix(9, 2, 73, 0.1, 1));
  const Dense G = gram(random_matrix(9, kRank, 74, 0.1, 1));
  const Dense A = random_matrix(2, 70, 75);
  const Dense Ht = random_matrix(70, kRank, 76);
  const RowUpdate<float> update{.l1 = 0.1F, .l2 = 0.2F, .floor = 1e-3F, .repeats = 2};
  const auto both = [&](const char* what, const auto& work, const Dense& X) {
    SCOPED_TRACE(what);
    const MatrixView<float> expected = as_usual(X);
    const MatrixView<float> actual = far_apart(X);
    work(expected, [&](const Dense& Y) { return as_usual(Y); });
    work(actual, [&](const Dense& Y) { return far_apart(Y); });
    EXPECT_EQ(fetched(actual).entries, fetched(expected).entries);
  };
  // All that has a kernel of ours; the products below are cuBLAS's.
  Backend<float>& b = *backend;
  both(
      "add", [&](auto X, auto put) { b.add(put(P), X); }, F);
  both(
      "copy", [&](auto X, auto put) { b.copy(put(P), X); }, F);
  both(
      "copy to the host and back",
      [&](auto X, auto put) {
        Matrix<float> host(2, kRank);
        b.copy(put(P), host.view());
        b.copy(host.view(), X);
      },
      F);
  both(
      "set_zero", [&](auto X, auto) { b.set_zero(X); }, F);
  both(
      "a snapshot",
      [&](auto X, auto put) {
        const Matrix<double> none = b.allocate_sums(1);
        b.clear_sums(const_cast<double*>(none.data()), 1);
        const auto taken = b.make_host_copy(2, 2, kRank, 1);
        taken->take(put(P), put(P), none.data());
        taken->wait();
        b.copy(taken->W(), X);
      },
      F);
  both(
      "fill_uniform",
      [&](auto X, auto) {
        b.fill_uniform(X, {7, 1}, kBeyondInt, 2, 0);
      },
      F);
  both(
      "mu", [&](auto X, auto put) { b.multiplicative_update(X, put(P), as_usual(G), update); }, F);
  both(
      "hals", [&](auto X, auto put) { b.hals_update(X, put(P), as_usual(G), update); }, F);
  const Dense F2 = random_matrix(2, 2, 79, 0.1, 1);
  both(
      "mu's G", [&](auto X, auto put) { b.multiplicative_update(X, put(F2), put(G2), update); },
      F2);
  both(
      "hals's G", [&](auto X, auto put) { b.hals_update(X, put(F2), put(G2), update); }, F2);
  std::vector<std::uint8_t> bytes(140);
  for (std::size_t e = 0; e < bytes.size(); ++e) bytes[e] = static_cast<std::uint8_t>(e);
  const DataView integers(bytes.data(), ElementType::uint8, 2, 70, 70, 1);
  both(
      "widen", [&](auto X, auto) { b.widen(integers, 2, X); }, A);

  EXPECT_EQ(sums([&](double* s) { b.dot(far_apart(F), far_apart(P), s); }),
            sums([&](double* s) { b.dot(as_usual(F), as_usual(P), s); }));
  EXPECT_EQ(sums([&](double* s) { b.column_dots(far_apart(F2), far_apart(F2), s); }),
            sums([&](double* s) { b.column_dots(as_usual(F2), as_usual(F2), s); }));
  EXPECT_EQ(sums([&](double* s) { b.factor_sums(far_apart(F), s); }),
            sums([&](double* s) { b.factor_sums(as_usual(F), s); }));
  constexpr Divergence<float> kHalfSquares{kFrobenius, 0};
  EXPECT_EQ(sums([&](double* s) {
              b.add_divergence(far_apart(A), {}, far_apart(F), as_usual(Ht), kHalfSquares, s);
            }),
            sums([&](double* s) {
              b.add_divergence(as_usual(A), {}, as_usual(F), as_usual(Ht), kHalfSquares, s);
            }));
}

class WideStrideTest : public DeviceTest {};

TEST_F(WideStrideTest, ProductsTakeLeadingDimensionsBeyondAnInt) {
  constexpr Index kRank = 5;
  constexpr Index kCols = 70;
  const auto backend = make_backend<float>(options_for(BackendKind::cuda, 1));
  const Dense A = random_matrix(1, kCols, 81);
  const Dense W = random_matrix(1, kRank, 82);
  const Dense Ht = random_matrix(kCols, kRank, 83);
  Dense products[2];
  // One row each, whose stride is never taken.
  for (const bool wide : {false, true}) {
    Matrix<float> a = backend->allocate(1, kCols);
    Matrix<float> w = backend->allocate(1, kRank);
    Matrix<float> h = backend->allocate(kCols, kRank);
    Matrix<float> p = backend->allocate(1, kRank);
    backend->copy(to_matrix<float>(A).view(), a.view());
    backend->copy(to_matrix<float>(W).view(), w.view());
    backend->copy(to_matrix<float>(Ht).view(), h.view());
    const auto row = [&](Matrix<float>& X) -> MatrixView<float> {
      return {X.data(), 1, X.cols(), wide ? 2 * kBeyondInt + 64 : X.cols(), MemorySpace::device};
    };
    backend->multiply(row(a), h.view(), row(p));
    backend->add_transposed_product(row(a), row(w), h.view());
    Matrix<float> host(kCols + 1, kRank);
    backend->copy(h.view(), host.view().row_block(0, kCols));
    backend->copy(p.view(), host.view().row_block(kCols, 1));
    products[wide ? 1 : 0] = to_dense(host);
  }
  // cuBLAS may take another way, and add up in another order, where a stride is another one.
  EXPECT_LT(relative_distance(products[1], products[0]), 2 * gamma<float>(kCols));
}

}  // namespace
}  // namespace nonneg::test
