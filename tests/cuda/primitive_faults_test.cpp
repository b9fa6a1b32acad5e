// SPDX-License-Identifier: Apache-2.0
// Every CUDA and cuBLAS call that a primitive makes fails in turn, and the primitive says so.
#include "cuda/emulated_fixture.hpp"
#include "cuda/uneven_sparse.hpp"
#include "formulas/extrapolation_step.hpp"
#include "nonneg/error.hpp"
#include "panels/panel_source.hpp"

namespace nonneg::test {
namespace {

class PrimitiveFaultsTest : public EmulatedTest {
 protected:
  template <class Work>
  static void every_call_is_noticed(const char* what, const Work& work) {
    SCOPED_TRACE(what);
    for (std::uint64_t call = 1;; ++call) {
      Control::fail_at(call);
      bool noticed = false;
      try {
        work();
      } catch (const Error&) {
        noticed = true;
      }
      const bool failed = Control::failable_calls() >= call;
      const std::string name = Control::failed_call();
      // What cannot be recorded is done as it is.
      const bool while_recording = Control::failed_while_recording();
      Control::fail_at(0);
      if (!failed) {
        EXPECT_GT(call, 1U) << "it makes no call that can fail";
        return;
      }
      EXPECT_TRUE(noticed || while_recording || may_fail_unnoticed(name)) << name;
    }
  }

  static constexpr Index kRows = 6;
  static constexpr Index kCols = 7;
  static constexpr RowUpdate<float> kUpdate{.floor = 1e-3F};

  static std::unique_ptr<Backend<float>> backend_of(Precision precision) {
    Options options = options_for(BackendKind::cuda, 1);
    options.precision = precision;
    return make_backend<float>(options);
  }

  /// Factors of k components, in a backend's memory.
  struct Factors {
    Factors(Backend<float>& backend, Index k)
        : W(backend, random_matrix(kRows, k, 1, 0.1, 1)),
          P(backend, random_matrix(kRows, k, 2, 0.1, 1)),
          D(backend, random_matrix(kRows, k, 3, 0.1, 1)),
          Ht(backend, random_matrix(kCols, k, 4, 0.1, 1)),
          Q(backend, random_matrix(kCols, k, 5, 0.1, 1)),
          R(backend, random_matrix(kCols, k, 6, 0.1, 1)),
          G(backend, Dense(k, k, 0.5)),
          sums(backend.allocate_sums(std::max<Index>(k, 40))) {
      backend.clear_sums(sums.data(), std::max<Index>(k, 40));
    }

    Operand<float> W, P, D, Ht, Q, R, G;
    Matrix<double> sums;
  };
};

TEST_F(PrimitiveFaultsTest, OfMemory) {
  const auto backend = backend_of(Precision::float32);
  Backend<float>& b = *backend;
  Factors f(b, 5);
  Matrix<float> host(kRows, 5);
  double fetched = 0;
  every_call_is_noticed("allocate", [&] { b.allocate(3, 4); });
  every_call_is_noticed("allocate_sums", [&] { b.allocate_sums(3); });
  every_call_is_noticed("set_zero", [&] { b.set_zero(f.W.view()); });
  every_call_is_noticed("copy", [&] { b.copy(f.W.view(), f.P.view()); });
  every_call_is_noticed("copy to the host", [&] { b.copy(f.W.view(), host.view()); });
  every_call_is_noticed("copy to a device", [&] { b.copy(host.view(), f.W.view()); });
  every_call_is_noticed("add", [&] { b.add(f.P.view(), f.W.view()); });
  every_call_is_noticed("clear_sums", [&] { b.clear_sums(f.sums.data(), 3); });
  every_call_is_noticed("fetch", [&] { b.fetch(f.sums.data(), &fetched, 1); });
  every_call_is_noticed("fill_uniform", [&] { b.fill_uniform(f.W.view(), {7, 1}, 0, 1, 0); });
  const std::vector<std::uint8_t> bytes(kRows * kCols, 3);
  const DataView stored(bytes.data(), ElementType::uint8, kRows, kCols, kCols, 1);
  Matrix<float> widened = b.allocate(kRows, kCols);
  every_call_is_noticed("widen", [&] { b.widen(stored, 1, widened.view()); });
}

TEST_F(PrimitiveFaultsTest, OfProductsInEitherPrecision) {
  for (const Precision precision : {Precision::float32, Precision::tf32}) {
    SCOPED_TRACE(to_string(precision));
    const auto backend = backend_of(precision);
    Backend<float>& b = *backend;
    Factors f(b, 5);
    Operand<float> A(b, random_matrix(kRows, kCols, 8, 0.1, 1));
    Operand<float> weights(b, random_matrix(kRows, kCols, 9, 0.1, 1));
    every_call_is_noticed("multiply", [&] { b.multiply(A.view(), f.Ht.view(), f.P.view()); });
    every_call_is_noticed("add_transposed_product",
                          [&] { b.add_transposed_product(A.view(), f.W.view(), f.Q.view()); });
    every_call_is_noticed("add_gram", [&] { b.add_gram(f.W.view(), f.G.view()); });
    Matrix<float> nothing = b.allocate(kRows, 0);
    Matrix<float> over_nothing = b.allocate(0, 5);
    every_call_is_noticed("a product over nothing",
                          [&] { b.multiply(nothing.view(), over_nothing.view(), f.P.view()); });
    Matrix<float> workspace = b.allocate(1, b.quotient_workspace(kRows, kCols, 5, true));
    const Divergence<float> itakura_saito{kItakuraSaito, 1e-6F};
    every_call_is_noticed("quotient_products", [&] {
      b.quotient_products(A.view(), weights.view(), f.W.view(), f.Ht.view(), itakura_saito,
                          workspace.view(), f.P.view(), f.D.view());
    });
    every_call_is_noticed("add_transposed_quotient_products", [&] {
      b.add_transposed_quotient_products(A.view(), {}, f.W.view(), f.Ht.view(), itakura_saito,
                                         workspace.view(), f.Q.view(), f.R.view());
    });
    // Above 64 components the denominators are a product.
    Factors wide(b, 70);
    every_call_is_noticed("mu with a product", [&] {
      b.multiplicative_update(wide.W.view(), wide.P.view(), wide.G.view(), kUpdate);
    });
  }
}

TEST_F(PrimitiveFaultsTest, OfUpdates) {
  const auto backend = backend_of(Precision::float32);
  Backend<float>& b = *backend;
  // Of register groups, of a block's shared memory, and for anls of a workspace that grows.
  for (const Index k : {Index{5}, Index{110}, Index{800}}) {
    SCOPED_TRACE(k);
    Factors f(b, k);
    const auto rows = [k](Operand<float>& X) { return X.view().row_block(0, k < 800 ? kRows : 1); };
    RowUpdate<float> twice = kUpdate;
    twice.repeats = 2;  // never by a product
    every_call_is_noticed(
        "mu", [&] { b.multiplicative_update(rows(f.W), rows(f.P), f.G.view(), twice); });
    every_call_is_noticed("hals",
                          [&] { b.hals_update(rows(f.W), rows(f.P), f.G.view(), kUpdate); });
    every_call_is_noticed("ratio_update", [&] {
      b.ratio_update(rows(f.W), rows(f.P), rows(f.D), 0.5F, kUpdate, {});
    });
    if (k == 800) continue;
    every_call_is_noticed("anls", [&] {
      // A backend of its own: only the first update of so many components takes the workspace.
      const auto own = backend_of(Precision::float32);
      Factors mine(*own, k);
      own->anls_update(rows(mine.W), rows(mine.P), mine.G.view(), kUpdate);
    });
  }
}

TEST_F(PrimitiveFaultsTest, OfReductionsAndTheExtrapolation) {
  const auto backend = backend_of(Precision::float32);
  Backend<float>& b = *backend;
  Factors f(b, 5);
  Operand<float> A(b, random_matrix(kRows, kCols, 8, 0.1, 1));
  const Divergence<float> squares{kFrobenius, 0};
  double* sums = f.sums.data();
  every_call_is_noticed("dot", [&] { b.dot(f.W.view(), f.P.view(), sums); });
  every_call_is_noticed("column_dots", [&] { b.column_dots(f.W.view(), f.P.view(), sums); });
  every_call_is_noticed("factor_sums", [&] { b.factor_sums(f.W.view(), sums); });
  every_call_is_noticed("add_column_sums",
                        [&] { b.add_column_sums(f.W.view(), f.G.view().row_block(0, 1)); });
  every_call_is_noticed("add_divergence", [&] {
    b.add_divergence(A.view(), {}, f.W.view(), f.Ht.view(), squares, sums);
  });
  for (const int power : {1, 2}) {
    SCOPED_TRACE(power);
    every_call_is_noticed("add_model_sum",
                          [&] { b.add_model_sum(f.W.view(), f.Ht.view(), power, sums); });
  }
  every_call_is_noticed("judge_step", [&] { b.judge_step({}, sums, sums + 20); });
  every_call_is_noticed("copy_if", [&] { b.copy_if(sums, f.W.view(), f.P.view()); });
  every_call_is_noticed("extrapolate", [&] {
    b.extrapolate(f.W.view(), f.G.view(), f.P.view(), f.G.view(), sums, 0, f.D.view());
  });
}

TEST_F(PrimitiveFaultsTest, OfStoredEntries) {
  const auto backend = backend_of(Precision::float32);
  Backend<float>& b = *backend;
  Factors f(b, 5);
  const UnevenSparse data(kRows, kCols, ElementType::float32, true);
  Plan plan;
  plan.rows = kRows;
  plan.cols = kCols;
  plan.panel_rows = kRows;
  plan.resident = true;
  const auto source = b.make_source(data.view(), plan, 1);
  source->begin_sweep();
  const SparseRows<float> A = source->next()->stored;
  Matrix<float> dense = b.allocate(kRows, kCols);
  const Divergence<float> itakura_saito{kItakuraSaito, 1e-6F};
  double* sums = f.sums.data();
  every_call_is_noticed("multiply", [&] { b.multiply(A, f.Ht.view(), f.P.view()); });
  every_call_is_noticed("add_transposed_product",
                        [&] { b.add_transposed_product(A, f.W.view(), f.Q.view()); });
  every_call_is_noticed("make_dense", [&] { b.make_dense(A, dense.view()); });
  every_call_is_noticed("sampled_products", [&] {
    b.sampled_products(A, f.W.view(), f.Ht.view(), itakura_saito, f.P.view(), f.D.view());
  });
  every_call_is_noticed("add_sampled_transposed_products", [&] {
    b.add_sampled_transposed_products(A, f.W.view(), f.Ht.view(), itakura_saito, f.Q.view(),
                                      f.R.view());
  });
  every_call_is_noticed("add_sampled_divergence", [&] {
    b.add_sampled_divergence(A, f.W.view(), f.Ht.view(), {kKullbackLeibler, 1e-6F}, true, sums);
  });
}

TEST_F(PrimitiveFaultsTest, OfRecordingTimingAndSnapshots) {
  const auto backend = backend_of(Precision::float32);
  Backend<float>& b = *backend;
  Factors f(b, 5);
  double fetched = 0;
  const auto add = [&] { b.add(f.P.view(), f.W.view()); };
  every_call_is_noticed("record", [&] {
    const auto recording = b.record(add, 1);
    recording != nullptr ? recording->replay() : add();
  });
  every_call_is_noticed("time", [&] {
    const auto timing = b.time(add);
    b.fetch(f.sums.data(), &fetched, 1);
    while (!timing->seconds()) continue;
  });
  every_call_is_noticed("a snapshot", [&] {
    const auto copy = b.make_host_copy(kRows, kCols, 5, 3);
    copy->take(f.W.view(), f.Ht.view(), f.sums.data());
    copy->wait();
  });
}

TEST_F(PrimitiveFaultsTest, OfEverySource) {
  const auto backend = backend_of(Precision::float32);
  Backend<float>& b = *backend;
  const UnevenSparse sparse(kRows, kCols, ElementType::float64, true);
  const Matrix<double> wider = to_matrix<double>(sparse.dense());
  const Matrix<float> own = to_matrix<float>(sparse.dense());
  Plan plan;
  plan.rows = kRows;
  plan.cols = kCols;
  plan.panel_rows = 2;
  const auto sweeps = [&](const DataView& A) {
    const auto source = b.make_source(A, plan, 1);
    source->begin_sweep();
    while (source->next()) continue;
  };
  for (const bool resident : {true, false}) {
    SCOPED_TRACE(resident);
    plan.resident = resident;
    // Less than A widened: as stored.
    plan.resident_bytes = 1;
    every_call_is_noticed("as stored, or staged", [&] { sweeps(wider.view()); });
    every_call_is_noticed("sparse", [&] { sweeps(sparse.view()); });
    plan.resident_bytes = own.view().rows() * own.view().cols() * sizeof(float);
    every_call_is_noticed("in the compute type", [&] { sweeps(own.view()); });
  }
}

}  // namespace
}  // namespace nonneg::test
