// SPDX-License-Identifier: Apache-2.0
// Sparse data stays sparse, whatever its size; and legal sparse input of every kind.
#include <sys/resource.h>

#include "nonneg/plan.hpp"
#include "support/counted_cases.hpp"
#include "support/solver_cases.hpp"

namespace nonneg::test {
namespace {

#if defined(__SANITIZE_ADDRESS__)
// The sanitizer's own memory grows with what was freed: only the plan is looked at.
constexpr bool kMeasures = false;
constexpr Index kSide = 100000;
#else
constexpr bool kMeasures = true;
constexpr Index kSide = 1000000;
#endif
constexpr Index kEntries = 10 * kSide;

double peak_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) * 1024;
}

TEST(SparseDataTest, MemoryFollowsTheStoredEntriesAndTheFactors) {
  std::vector<Index> offsets;
  std::vector<std::int32_t> columns;
  std::vector<float> values;
  Random random(5);
  for (Index i = 0; i <= kSide; ++i) offsets.push_back(10 * i);
  // Each row has one entry in each tenth of the columns.
  constexpr Index kTenth = kSide / 10;
  for (Index e = 0; e < kEntries; ++e) {
    columns.push_back(static_cast<std::int32_t>(
        e % 10 * kTenth + static_cast<Index>(random.uniform() * static_cast<double>(kTenth))));
    values.push_back(static_cast<float>(0.5 + 0.5 * random.uniform()));
  }
  const SparseView A(offsets.data(), columns.data(), values.data(), ElementType::float32, kSide,
                     kSide);
  for (const double beta : {2.0, 1.0}) {
    Options options;
    options.rank = 4;
    options.beta = beta;
    options.backend = BackendKind::cpu;
    options.max_iterations = 2;
    const Plan plan = make_plan(A, options);
    const double factors = 2.0 * kSide * 4 * sizeof(float);
    const auto most = static_cast<double>(A.bytes()) + 12 * factors;
    EXPECT_LE(static_cast<double>(plan.total_bytes), most);
    const double before = peak_bytes();
    const Result<float> result = factorize<float>(DataView(A), options);
    if (kMeasures) {
      EXPECT_LE(peak_bytes() - before, most) << "beta " << beta;
    }
    EXPECT_LT(result.loss_history.back().loss, result.loss_history.front().loss * (1 + 1e-6));
  }
}

TEST(SparseDataTest, RefusesEntriesByRowAndColumn) {
  Dense A = sparse_matrix(12, 9, 3, 0.5);
  A(5, 2) = -0.25;
  const SparseMatrix sparse = to_sparse<double>(A);
  Options options;
  options.rank = 2;
  options.backend = BackendKind::cpu;
  try {
    factorize<double>(DataView(sparse.view()), options);
    FAIL() << "not refused";
  } catch (const InvalidArgument& e) {
    EXPECT_NE(std::string(e.what()).find("entry (5, 2) of A is -0.25"), std::string::npos)
        << e.what();
  }
}

}  // namespace
}  // namespace nonneg::test
