// SPDX-License-Identifier: Apache-2.0
// InvalidArgument::subject(): what a refused call is about, so that nobody searches its message.
#include "nonneg/devices.hpp"
#include "nonneg/factorize.hpp"
#include "nonneg/matrix_file.hpp"
#include "nonneg/plan.hpp"
#include "nonneg/precision.hpp"
#include "nonneg/reconstruct.hpp"
#include "nonneg/snapshot_directory.hpp"
#include "nonneg/sparse_matrix.hpp"
#include "support/solver_cases.hpp"

namespace nonneg::test {
namespace {

struct SubjectTest : ::testing::Test {
  SubjectTest() {
    options.rank = 2;
    options.max_iterations = 3;
  }

  const Matrix<double> A = to_matrix<double>(random_matrix(6, 5, 1));
  const Matrix<double> W0 = to_matrix<double>(random_matrix(6, 2, 2));
  const Matrix<double> H0 = to_matrix<double>(random_matrix(2, 5, 3));
  Options options;

  Subject refused(const DataView& data) const {
    return subject_of([&] { factorize<double>(data, options); });
  }
  Subject refused_start(const Matrix<double>& W, const Matrix<double>& H) const {
    return subject_of([&] {
      factorize<double>(A.view(), options, InitialFactors<double>{W.view(), H.view()});
    });
  }
  /// `X` with one entry that no matrix may have.
  static Matrix<double> spoiled(const Matrix<double>& X) {
    Matrix<double> bad = to_matrix<double>(to_dense(X));
    bad(1, 1) = -1;
    return bad;
  }
};

TEST_F(SubjectTest, ABadEntryIsAboutItsMatrix) {
  const Matrix<double> bad = spoiled(A);
  EXPECT_EQ(refused(bad.view()), Subject::A);
  EXPECT_EQ(refused(DataView(A.view()).weighted_by(bad.view())), Subject::weights);
  EXPECT_EQ(refused(DataView(bad.view()).weighted_by(A.view())), Subject::A);
  EXPECT_EQ(refused_start(spoiled(W0), H0), Subject::W0);
  EXPECT_EQ(refused_start(W0, spoiled(H0)), Subject::H0);
  const Matrix<double> H = spoiled(H0);
  EXPECT_EQ(subject_of([&] { transform(A.view(), H, options); }), Subject::H);
}

TEST_F(SubjectTest, AShapeThatDoesNotFitIsAboutItsMatrix) {
  EXPECT_EQ(refused(DataView()), Subject::A);
  EXPECT_EQ(subject_of([&] { DataView(A.view()).weighted_by(W0.view()); }), Subject::weights);
  EXPECT_EQ(refused_start(A, H0), Subject::W0);
  EXPECT_EQ(refused_start(W0, A), Subject::H0);
  EXPECT_EQ(subject_of([&] { transform(W0.view(), H0, options); }), Subject::A);
  EXPECT_EQ(subject_of([&] { reconstruct<double>(A.view(), H0.view(), 0, 1); }), Subject::W);
}

TEST_F(SubjectTest, AnOptionIsItsField) {
  const auto with = [&](const auto& change) {
    const Options good = options;
    change(options);
    const Subject subject = refused(A.view());
    options = good;
    return subject;
  };
  EXPECT_EQ(with([](Options& o) { o.rank = 0; }), Subject::rank);
  EXPECT_EQ(with([](Options& o) { o.precision = Precision::float32; }), Subject::precision);
  EXPECT_EQ(with([](Options& o) { o.missing = Missing::zeros; }), Subject::missing);
  EXPECT_EQ(with([](Options& o) { o.init = Init::custom; }), Subject::init);
  EXPECT_EQ(with([](Options& o) {
              o.loss = Loss::kullback_leibler;
              o.algorithm = Algorithm::hals;
            }),
            Subject::algorithm);
  SnapshotOptions snapshots;
  snapshots.ring = 0;
  EXPECT_EQ(subject_of([&] { validate(snapshots); }), Subject::snapshots);
  EXPECT_EQ(to_string(Subject::W0), "W0");
  EXPECT_EQ(InvalidArgument("of nothing in particular").subject(), Subject::none);
}

/// Memory of a device is an address that the host cannot read.
struct DeviceViewTest : SubjectTest {
  template <class T = const double>
  static MatrixView<T> on_device(Index rows, Index cols) {
    // NOLINTNEXTLINE(performance-no-int-to-ptr): an address that faults when it is read
    return {reinterpret_cast<T*>(std::uintptr_t{64}), rows, cols, cols, MemorySpace::device};
  }
  /// What the refusal is about; it must say what to do.
  static Subject refused_there(const std::function<void()>& call) {
    EXPECT_TRUE(mentions(message_of<InvalidArgument>(call), "copy it to host memory first"));
    return subject_of(call);
  }
};

TEST_F(DeviceViewTest, IsNeverReadAsHostMemory) {
  const auto a = on_device(6, 5);
  EXPECT_EQ(refused_there([&] { factorize<double>(a, options); }), Subject::A);
  EXPECT_EQ(refused_there([&] { choose_precision(a, options); }), Subject::A);
  EXPECT_EQ(refused_there([&] { transform(a, H0, options); }), Subject::A);
  EXPECT_EQ(refused_there([&] { DataView(A.view()).weighted_by(a); }), Subject::weights);
  const auto w = on_device(6, 2);
  const auto h = on_device(2, 5);
  const auto ht = on_device(5, 2);
  const auto start = [&](const InitialFactors<double>& initial) {
    return refused_there([&] { factorize<double>(A.view(), options, initial); });
  };
  EXPECT_EQ(start({.W = w, .H = H0.view()}), Subject::W0);
  EXPECT_EQ(start({.W = W0.view(), .H = h}), Subject::H0);
  EXPECT_EQ(start({.W = W0.view(), .H = {}, .Ht = ht}), Subject::H0);
  EXPECT_EQ(refused_there([&] { transform<double>(A.view(), h, options); }), Subject::H);
  EXPECT_EQ(refused_there([&] { reconstruct<double>(w, H0.view(), 0, 1); }), Subject::W);
  EXPECT_EQ(refused_there([&] { reconstruct<double>(W0.view(), h, 0, 1); }), Subject::H);
  const DataView data = a;
  EXPECT_EQ(refused_there([&] { SnapshotDirectory::create("unused", {}, &data); }), Subject::A);
}

TEST_F(DeviceViewTest, KeepsItsMemorySpaceThroughBlocksAndTypedViews) {
  const DataView data = on_device(6, 5);
  EXPECT_EQ(data.space(), MemorySpace::device);
  EXPECT_EQ(data.row_block(1, 2).space(), MemorySpace::device);
  EXPECT_EQ(data.as<double>().space(), MemorySpace::device);
  EXPECT_EQ(DataView(A.view()).space(), MemorySpace::host);
}

TEST_F(SubjectTest, ANullPointerWithASizeIsAboutItsMatrix) {
  using View = MatrixView<const double>;
  const auto refused_null = [](const std::function<void()>& call) {
    EXPECT_TRUE(mentions(message_of<InvalidArgument>(call), "null pointer"));
    return subject_of(call);
  };
  const View a(nullptr, 6, 5);
  EXPECT_EQ(refused_null([&] { factorize<double>(a, options); }), Subject::A);
  EXPECT_EQ(refused_null([&] { choose_precision(a, options); }), Subject::A);
  EXPECT_EQ(refused_null([&] { transform(a, H0, options); }), Subject::A);
  EXPECT_EQ(refused_null([&] { transform(A, View(nullptr, 2, 5), options); }), Subject::H);
  EXPECT_EQ(refused_null([&] { DataView(A.view()).weighted_by(a); }), Subject::weights);
  const DataView by_columns(nullptr, ElementType::uint8, 6, 5, 1, 6);
  EXPECT_EQ(refused_null([&] { factorize<double>(by_columns, options); }), Subject::A);
  EXPECT_EQ(refused_null([&] { SnapshotDirectory::create("unused", {}, &by_columns); }),
            Subject::A);
  const auto start = [&](const InitialFactors<double>& initial) {
    return refused_null([&] { factorize<double>(A.view(), options, initial); });
  };
  EXPECT_EQ(start({.W = View(nullptr, 6, 2), .H = H0.view()}), Subject::W0);
  EXPECT_EQ(start({.W = W0.view(), .H = View(nullptr, 2, 5)}), Subject::H0);
  EXPECT_EQ(start({.W = W0.view(), .H = {}, .Ht = View(nullptr, 5, 2)}), Subject::H0);
  EXPECT_EQ(refused_null([&] { reconstruct(View(nullptr, 6, 2), H0, 0, 1); }), Subject::W);
  EXPECT_EQ(refused_null([&] { reconstruct(W0, View(nullptr, 2, 5), 0, 1); }), Subject::H);
  EXPECT_EQ(refused_null([&] { write_npy("unused.npy", a); }), Subject::A);

  const SparseView nowhere(nullptr, nullptr, nullptr, ElementType::float64, 6, 5);
  const std::vector<Index> offsets{0, 1, 1, 1, 1, 1, 1};
  const SparseView no_entries(offsets.data(), nullptr, nullptr, ElementType::float64, 6, 5);
  for (const DataView& data : {DataView(nowhere), DataView(no_entries)}) {
    EXPECT_EQ(refused_null([&] { factorize<double>(data, options); }), Subject::A);
  }
  // These read the offsets alone.
  EXPECT_EQ(refused_null([&] { make_plan(nowhere, options); }), Subject::A);
  EXPECT_EQ(refused_null([&] { choose_backend(options, nowhere); }), Subject::A);
  EXPECT_EQ(make_plan(no_entries, options).rows, 6);
}

TEST_F(SubjectTest, WhatIsWrongIsNeverAboutNothing) {
  const Matrix<double> none = to_matrix<double>(Dense(6, 5, 0));
  EXPECT_EQ(refused(DataView(A.view()).weighted_by(none.view())), Subject::weights);
  // Where something counts, but nothing of that is observed, it is A that lacks it.
  const Matrix<double> unknown = to_matrix<double>(Dense(6, 5, std::nan("")));
  options.missing = Missing::nan;
  EXPECT_EQ(refused(DataView(unknown.view()).weighted_by(A.view())), Subject::A);
  options.missing = Missing::none;
  EXPECT_EQ(subject_of([&] { reconstruct(W0, H0, 5, 2); }), Subject::W);
  EXPECT_EQ(subject_of([&] { reconstruct(W0, H0, -1, 2); }), Subject::W);
  const Matrix<double> Ht = to_matrix<double>(random_matrix(5, 2, 3));
  const InitialFactors<double> both{.W = W0.view(), .H = H0.view(), .Ht = Ht.view()};
  EXPECT_EQ(subject_of([&] { factorize(A, options, both); }), Subject::H0);
  EXPECT_EQ(subject_of([] { sampled_rows(-1, 0); }), Subject::snapshots);
}

/// Memory beyond any machine's.
TEST(OutOfMemoryTest, WhatNoMachineHoldsIsRefusedByItsBytes) {
  const auto bytes_of = [](const auto& call) -> std::uint64_t {
    try {
      call();
    } catch (const OutOfMemory& error) {
      return error.bytes_requested();
    }
    ADD_FAILURE() << "nothing was refused";
    return 0;
  };
  const float entry = 1;
  Options options;
  options.rank = 1;
  constexpr Index kMany = Index{1} << 40;
  EXPECT_GE(bytes_of([] { sampled_rows(kMany, 0); }), std::uint64_t{8} << 40);
  EXPECT_GE(bytes_of([&] { factorize(MatrixView<const float>(&entry, kMany, kMany), options); }),
            std::uint64_t{1} << 40);
  options.beta = 1;
  EXPECT_GE(bytes_of([&] { factorize(MatrixView<const float>(&entry, kMany, 1), options); }),
            std::uint64_t{1} << 40);
  // A wide A takes its columns' weights.
  options.missing = Missing::nan;
  EXPECT_GE(bytes_of([&] { factorize(MatrixView<const float>(&entry, 1, kMany), options); }),
            std::uint64_t{1} << 40);
}

}  // namespace
}  // namespace nonneg::test
