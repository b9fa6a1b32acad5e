// SPDX-License-Identifier: Apache-2.0
#include "io/npy_rows.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "io/written_npy_header.hpp"

namespace nonneg::io {
namespace {

/// Entries that do not lie together are gathered in blocks of this size.
constexpr std::size_t kBlockBytes = std::size_t{4} << 20;

}  // namespace

template <class T>
NpyRows<T>::NpyRows(OutputFile& file, Index rows, Index cols) : file_(file) {
  const std::string header = written_npy_header(ElementTypeOf<T>::value, rows, cols);
  file_.write_at(0, header.data(), header.size());
  offset_ = header.size();
}

template <class T>
void NpyRows<T>::append(MatrixView<const T> block) {
  if (block.contiguous()) {
    put(block.data(), block.rows() * block.cols());
    return;
  }
  const Index gathered_rows =
      std::max<Index>(1, static_cast<Index>(kBlockBytes / sizeof(T)) / block.cols());
  std::vector<T> gathered;
  for (Index first = 0; first < block.rows(); first += gathered_rows) {
    const Index last = std::min(first + gathered_rows, block.rows());
    gathered.clear();
    for (Index i = first; i < last; ++i) {
      gathered.insert(gathered.end(), block.row(i), block.row(i) + block.cols());
    }
    put(gathered.data(), std::ssize(gathered));
  }
}

template <class T>
void NpyRows<T>::put(const T* entries, Index count) {
  const std::size_t bytes = static_cast<std::size_t>(count) * sizeof(T);
  file_.write_at(offset_, entries, bytes);
  offset_ += bytes;
}

template class NpyRows<float>;
template class NpyRows<double>;

}  // namespace nonneg::io
