// SPDX-License-Identifier: Apache-2.0
// Compressed rows (CSR) as SciPy has them: indptr and indices of int32, data of float32. Columns
// and values are read where they lie, and only the offsets are converted.
#include <cstdint>
#include <cstdio>
#include <nonneg/nonneg.hpp>
#include <vector>

int main() {
  // 200 documents of 30 words: document i has words of topic i % 2, which are the even or the odd
  // ones.
  const nonneg::Index documents = 200, words = 30;
  std::vector<std::int32_t> indptr = {0}, indices;
  std::vector<float> data;
  for (std::int32_t i = 0; i < documents; ++i) {
    for (std::int32_t j = i % 2; j < words; j += 2) {
      indices.push_back(j);
      data.push_back(static_cast<float>((1 + i % 5) * (1 + j % 7)));
    }
    indptr.push_back(static_cast<std::int32_t>(indices.size()));
  }
  // The arrays must outlive A. from_csr copies them, sorts each row, and sums what is there twice.
  const auto A = nonneg::SparseMatrix::borrow_csr(documents, words, indptr, indices, data);

  nonneg::Options options;
  options.rank = 2;
  options.loss = nonneg::Loss::kullback_leibler;
  const nonneg::AnyResult result = nonneg::factorize(A, options);

  // Each document belongs to the component that has most of it.
  nonneg::Index in_topic = 0;
  for (nonneg::Index i = 0; i < documents; ++i) {
    const bool first = result.w(i, 0) > result.w(i, 1);
    const bool as_document_0 = first == (result.w(0, 0) > result.w(0, 1));
    if (as_document_0 == (i % 2 == 0)) ++in_topic;
  }
  std::printf("%d entries; %d of %d documents in their topic\n", static_cast<int>(A.entries()),
              static_cast<int>(in_topic), static_cast<int>(documents));
  return in_topic == documents ? 0 : 1;
}
