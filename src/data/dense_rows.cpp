#include "data/dense_rows.hpp"

#include <algorithm>
#include <numeric>

#include "data/dense_row.hpp"
#include "data/element_types.hpp"

namespace nonneg::render {

Matrix<double> dense_rows(const DataView& stored, const std::vector<Index>& rows) {
  Matrix<double> out(std::ssize(rows), stored.cols());
  if (stored.sparse()) {
    for (Index i = 0; i < out.rows(); ++i) {
      write_dense_row(stored.stored(), rows[static_cast<std::size_t>(i)], out.view().row(i));
    }
    return out;
  }
  with_element_type(stored.type(), [&](const auto* type) {
    using E = std::remove_pointer_t<decltype(type)>;
    const auto* entries = static_cast<const E*>(stored.data());
    for (Index i = 0; i < out.rows(); ++i) {
      const Index row = rows[static_cast<std::size_t>(i)];
      for (Index j = 0; j < out.cols(); ++j) {
        out(i, j) = static_cast<double>(
            as_number(entries[row * stored.row_stride() + j * stored.col_stride()]));
      }
    }
  });
  return out;
}

Matrix<double> dense(const DataView& stored) {
  std::vector<Index> rows(static_cast<std::size_t>(stored.rows()));
  std::iota(rows.begin(), rows.end(), Index{0});
  return dense_rows(stored, rows);
}

std::vector<Index> evenly(Index count, Index most) {
  const Index shown = std::min(count, most);
  std::vector<Index> chosen;
  for (Index i = 0; i < shown; ++i) {
    chosen.push_back(shown == 1 ? count - 1 : i * (count - 1) / (shown - 1));
  }
  return chosen;
}

}  // namespace nonneg::render
