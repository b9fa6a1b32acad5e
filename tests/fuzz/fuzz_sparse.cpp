// SPDX-License-Identifier: Apache-2.0
// Any arrays make a sparse matrix that keeps its promises, or InvalidArgument: rows, columns and
// triplets, of every stored type.
#include <cstddef>
#include <cstdint>

#include "fuzz_input.hpp"
#include "fuzz_target.hpp"
#include "nonneg/sparse_matrix.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace nonneg;
  fuzz::Input input(data, size);
  const unsigned kind = input.byte() % 3U;
  // Sizes that the arrays do not bound are kept small: all of them are allocated.
  const Index rows = input.number() % 4096;
  const Index cols = kind == 1 ? input.number() % 4096 : input.number();
  std::vector<std::byte> bytes[3];
  ArrayView arrays[3];
  for (int i = 0; i < 3; ++i) {
    const ElementType type = input.element_type();
    std::size_t count = 0;
    bytes[i] = input.array(type, count);
    arrays[i] = ArrayView(bytes[i].data(), type, static_cast<Index>(count));
  }
  const auto make = kind == 0   ? SparseMatrix::from_csr
                    : kind == 1 ? SparseMatrix::from_csc
                                : SparseMatrix::from_triplets;
  fuzz::run([&] {
    io::LoadedMatrix matrix;
    matrix.sparse = make(rows, cols, arrays[0], arrays[1], arrays[2]);
    matrix.view = matrix.sparse.view();
    return matrix;
  });
  return 0;
}
