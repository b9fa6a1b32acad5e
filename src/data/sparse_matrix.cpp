// SPDX-License-Identifier: Apache-2.0
// Compressed rows from arrays in any order: checked, sorted, repeated entries summed.
#include "nonneg/sparse_matrix.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "base/sized_vector.hpp"
#include "data/element_types.hpp"
#include "nonneg/error.hpp"

namespace nonneg {
namespace {

constexpr Index kMaxColumns = std::numeric_limits<std::int32_t>::max();
/// Integers up to here are exact in float32.
constexpr double kMaxExact = 1 << 24;

/// Calls visit with the array's elements, typed.
template <class Visit>
decltype(auto) visit_elements(ArrayView array, const Visit& visit) {
  return with_element_type(array.type(), [&](const auto* type) {
    return visit(static_cast<decltype(type)>(array.data()));
  });
}

bool is_integer(ElementType type) {
  return type != ElementType::float16 && type != ElementType::float32 &&
         type != ElementType::float64;
}

/// Whether every integer of `values` is exact in float32; of floats, whether float32 holds them.
bool fits_float32(ArrayView values) {
  if (!is_integer(values.type())) return values.type() != ElementType::float64;
  return visit_elements(values, [&](const auto* first) {
    return std::all_of(first, first + values.size(), [](auto value) {
      const auto number = static_cast<double>(as_number(value));
      return number >= -kMaxExact && number <= kMaxExact;
    });
  });
}

template <class E>
void assign(std::vector<E>& array, Index size) {
  assign_sized(array, size,
               sizeof(E) == sizeof(std::int32_t) ? "entries of a sparse matrix"
                                                 : "offsets of a sparse matrix");
}

void require_array(ArrayView array, const char* name) {
  if (element_size(array.type()) == 0 || array.size() < 0) {
    throw InvalidArgument(Subject::sparse_arrays,
                          fmt::format("{}: an array of type number {} and size {}", name,
                                      static_cast<int>(array.type()), array.size()));
  }
  if (array.data() != nullptr || array.size() == 0) return;
  throw InvalidArgument(Subject::sparse_arrays,
                        fmt::format("{} are a null pointer, said to have {} entries: hand in the "
                                    "array's address",
                                    name, array.size()));
}

/// An array of indices below `end`, as Index; every one read is checked.
class Indices {
 public:
  Indices(ArrayView array, const char* name, Index end) : array_(array), name_(name), end_(end) {
    require_array(array, name);
    if (!is_integer(array.type())) {
      throw InvalidArgument(Subject::sparse_arrays, fmt::format("{} are {}: they must be integers",
                                                                name, element_name(array.type())));
    }
  }

  Index size() const noexcept { return array_.size(); }

  /// Calls take(e, index) for the indices first … last - 1.
  template <class Take>
  void each(Index first, Index last, const Take& take) const {
    visit_elements(array_, [&](const auto* data) {
      for (Index e = first; e < last; ++e) {
        const auto index = as_number(data[e]);
        using Number = std::remove_cv_t<decltype(index)>;
        if constexpr (std::is_integral_v<Number>) {
          if (std::cmp_less(index, 0) || std::cmp_greater_equal(index, end_)) refuse(e, index);
          take(e, static_cast<Index>(index));
        }
      }
    });
  }

 private:
  template <class Number>
  [[noreturn]] void refuse(Index e, Number index) const {
    throw InvalidArgument(
        Subject::sparse_arrays,
        end_ == 0 ? fmt::format("{}[{}] is {}, but the matrix is empty", name_, e, +index)
                  : fmt::format("{}[{}] is {}, outside 0 ... {}", name_, e, +index, end_ - 1));
  }

  ArrayView array_;
  const char* name_;
  Index end_;
};

void check_sizes(Index rows, Index cols) {
  if (rows < 0 || cols < 0) {
    throw InvalidArgument(
        Subject::sparse_arrays,
        fmt::format("a sparse matrix of {} x {}: sizes must be >= 0", rows, cols));
  }
  if (cols > kMaxColumns) {
    throw InvalidArgument(
        Subject::sparse_arrays,
        fmt::format("{} columns: a sparse matrix may have at most {} columns", cols, kMaxColumns));
  }
  if (rows == std::numeric_limits<Index>::max()) {
    throw InvalidArgument(Subject::sparse_arrays,
                          fmt::format("{} rows: one too many to be counted", rows));
  }
}

/// Calls take(i, offset) for the offsets of `lines` rows or columns. Throws where they are not
/// lines
/// + 1 that ascend from 0 to `entries`.
template <class Take>
void each_offset(ArrayView offsets, Index lines, Index entries, const char* lines_name,
                 const Take& take) {
  if (offsets.size() != lines + 1) {
    throw InvalidArgument(Subject::sparse_arrays,
                          fmt::format("{} offsets for {} {}: there must be {}", offsets.size(),
                                      lines, lines_name, lines + 1));
  }
  Index before = 0;
  Indices(offsets, "offsets", std::numeric_limits<Index>::max())
      .each(0, lines + 1, [&](Index i, Index offset) {
        if (i == 0 && offset != 0) {
          throw InvalidArgument(Subject::sparse_arrays,
                                fmt::format("offsets[0] is {}: the first must be 0", offset));
        }
        if (offset < before) {
          throw InvalidArgument(
              Subject::sparse_arrays,
              fmt::format("offsets[{}] is {}, below the {} before it: offsets must ascend", i,
                          offset, before));
        }
        before = offset;
        take(i, offset);
      });
  if (before != entries) {
    throw InvalidArgument(
        Subject::sparse_arrays,
        fmt::format("offsets[{}] is {}, but there are {} entries: the last offset counts them",
                    lines, before, entries));
  }
}

/// The same offsets, 64 bits wide.
std::vector<Index> checked_offsets(ArrayView offsets, Index lines, Index entries,
                                   const char* lines_name) {
  std::vector<Index> checked;
  // An array that is too short is refused before memory is taken for it.
  if (offsets.size() == lines + 1) assign(checked, lines + 1);
  each_offset(offsets, lines, entries, lines_name,
              [&checked](Index i, Index offset) { checked[static_cast<std::size_t>(i)] = offset; });
  return checked;
}

void require_ascending(Index row, Index before, Index column) {
  if (column > before) return;
  throw InvalidArgument(
      Subject::sparse_arrays,
      fmt::format(
          "row {} has column {} after column {}: columns must ascend, each once, to be read "
          "where they lie; sort them (scipy's sum_duplicates()), or use from_csr",
          row, column, before));
}

void check_values(Index indices, ArrayView values) {
  require_array(values, "values");
  if (indices != values.size()) {
    throw InvalidArgument(Subject::sparse_arrays,
                          fmt::format("{} indices, but {} values: each entry has one of both",
                                      indices, values.size()));
  }
}

}  // namespace

/// Makes a matrix with values in T.
template <class T>
class SparseBuilder {
 public:
  SparseBuilder(Index rows, Index cols, ArrayView values)
      : rows_(rows), values_(values), value_at_(value_reader(values.type())) {
    matrix_.rows_ = rows;
    matrix_.cols_ = cols;
    matrix_.type_ = ElementTypeOf<T>::value;
    assign(matrix_.columns_, values.size());
    assign(made(), values.size());
  }

  /// Entries that already lie row after row.
  void take_rows(std::vector<Index> offsets, const Indices& columns) {
    matrix_.row_offsets_ = std::move(offsets);
    columns.each(0, columns.size(), [&](Index e, Index column) {
      matrix_.columns_[static_cast<std::size_t>(e)] = static_cast<std::int32_t>(column);
    });
    visit_elements(values_, [&](const auto* first) {
      std::transform(first, first + values_.size(), made().begin(),
                     [](auto value) { return static_cast<T>(as_number(value)); });
    });
  }

  /// Makes the offsets that `count` entries with these rows need.
  void count_rows(const Indices& row_indices) {
    assign(matrix_.row_offsets_, rows_ + 1);
    row_indices.each(0, row_indices.size(), [&](Index, Index row) {
      ++matrix_.row_offsets_[static_cast<std::size_t>(row) + 1];
    });
    for (std::size_t i = 1; i < matrix_.row_offsets_.size(); ++i) {
      matrix_.row_offsets_[i] += matrix_.row_offsets_[i - 1];
    }
    next_ = matrix_.row_offsets_;
  }

  /// Puts the entries first … last - 1 into their rows, after those that are there. column_of(e) is
  /// where entry e stands.
  template <class ColumnOf>
  void scatter(const Indices& row_indices, Index first, Index last, const ColumnOf& column_of) {
    row_indices.each(first, last, [&](Index e, Index row) {
      const auto at = static_cast<std::size_t>(next_[static_cast<std::size_t>(row)]++);
      matrix_.columns_[at] = column_of(e);
      made()[at] = value_at_(values_.data(), e);
    });
  }

  /// Sorts the rows that are not, and sums what is there twice. False where a sum of integers is
  /// too large for T to be trusted with it.
  bool finish() {
    next_ = {};
    Index kept = 0;
    bool exact = true;
    Index first = 0;
    for (std::size_t i = 0; i + 1 < matrix_.row_offsets_.size(); ++i) {
      const Index last = matrix_.row_offsets_[i + 1];
      sort_row(first, last);
      kept = merge_row(first, last, kept, exact);
      first = last;
      matrix_.row_offsets_[i + 1] = kept;
    }
    if (kept < static_cast<Index>(matrix_.columns_.size())) {
      matrix_.columns_.resize(static_cast<std::size_t>(kept));
      made().resize(static_cast<std::size_t>(kept));
    }
    return exact || !is_integer(values_.type()) || sizeof(T) == sizeof(double);
  }

  SparseMatrix result() { return std::move(matrix_); }

 private:
  using ValueAt = T (*)(const void* values, Index e);

  static ValueAt value_reader(ElementType type) {
    return with_element_type(type, [](const auto* null) -> ValueAt {
      return [](const void* values, Index e) {
        return static_cast<T>(as_number(static_cast<decltype(null)>(values)[e]));
      };
    });
  }

  std::vector<T>& made() noexcept {
    if constexpr (std::is_same_v<T, float>) {
      return matrix_.float32_;
    } else {
      return matrix_.float64_;
    }
  }

  /// Stable, so that the order in which repeated entries are summed is that of the arrays.
  void sort_row(Index first, Index last) {
    const auto columns = matrix_.columns_.begin();
    if (std::is_sorted(columns + first, columns + last)) return;
    row_.clear();
    for (Index e = first; e < last; ++e) {
      row_.emplace_back(columns[e], made()[static_cast<std::size_t>(e)]);
    }
    std::stable_sort(row_.begin(), row_.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    for (Index e = first; e < last; ++e) {
      const auto& [column, value] = row_[static_cast<std::size_t>(e - first)];
      columns[e] = column;
      made()[static_cast<std::size_t>(e)] = value;
    }
  }

  /// Moves a sorted row to where the rows before it end, each column once; returns where it ends.
  Index merge_row(Index first, Index last, Index kept, bool& exact) {
    auto& columns = matrix_.columns_;
    auto& values = made();
    for (Index e = first; e < last;) {
      const std::int32_t column = columns[static_cast<std::size_t>(e)];
      T value = values[static_cast<std::size_t>(e)];
      if (++e < last && columns[static_cast<std::size_t>(e)] == column) {
        double sum = static_cast<double>(value);
        for (; e < last && columns[static_cast<std::size_t>(e)] == column; ++e) {
          sum += static_cast<double>(values[static_cast<std::size_t>(e)]);
        }
        exact = exact && sum >= -kMaxExact && sum <= kMaxExact;
        value = static_cast<T>(sum);
      }
      columns[static_cast<std::size_t>(kept)] = column;
      values[static_cast<std::size_t>(kept)] = value;
      ++kept;
    }
    return kept;
  }

  Index rows_;
  ArrayView values_;
  /// One function per stored type, and not a copy of each loop.
  ValueAt value_at_;
  SparseMatrix matrix_;
  /// Where the next entry of each row goes.
  std::vector<Index> next_;
  std::vector<std::pair<std::int32_t, T>> row_;
};

namespace {

/// Fills a builder of float32 where that holds the values, and else, or where it turns out too
/// narrow for their sums, of float64.
template <class Fill>
SparseMatrix build(Index rows, Index cols, ArrayView values, const Fill& fill) {
  if (fits_float32(values)) {
    SparseBuilder<float> builder(rows, cols, values);
    fill(builder);
    if (builder.finish()) return builder.result();
  }
  SparseBuilder<double> builder(rows, cols, values);
  fill(builder);
  builder.finish();
  return builder.result();
}

}  // namespace

SparseMatrix SparseMatrix::from_csr(Index rows, Index cols, ArrayView offsets, ArrayView columns,
                                    ArrayView values) {
  check_sizes(rows, cols);
  check_values(columns.size(), values);
  const std::vector<Index> checked = checked_offsets(offsets, rows, values.size(), "rows");
  const Indices indices(columns, "columns", cols);
  return build(rows, cols, values, [&](auto& builder) { builder.take_rows(checked, indices); });
}

SparseMatrix SparseMatrix::borrow_csr(Index rows, Index cols, ArrayView offsets, ArrayView columns,
                                      ArrayView values) {
  check_sizes(rows, cols);
  check_values(columns.size(), values);
  if (values.type() != ElementType::float32 && values.type() != ElementType::float64) {
    throw InvalidArgument(
        Subject::sparse_arrays,
        fmt::format("values of {}: only float32 and float64 are read where they lie; use from_csr",
                    element_name(values.type())));
  }
  SparseMatrix matrix;
  matrix.rows_ = rows;
  matrix.cols_ = cols;
  matrix.type_ = values.type();
  matrix.borrowed_values_ = values.data();
  if (offsets.type() == ElementType::int64) {
    each_offset(offsets, rows, values.size(), "rows", [](Index, Index) {});
    matrix.borrowed_offsets_ = static_cast<const Index*>(offsets.data());
  } else {
    matrix.row_offsets_ = checked_offsets(offsets, rows, values.size(), "rows");
  }
  const bool convert = columns.type() != ElementType::int32;
  if (convert) {
    assign(matrix.columns_, columns.size());
  } else {
    matrix.borrowed_columns_ = static_cast<const std::int32_t*>(columns.data());
  }
  const Indices indices(columns, "columns", cols);
  for (Index i = 0; i < rows; ++i) {
    Index before = -1;
    indices.each(matrix.offsets()[i], matrix.offsets()[i + 1], [&](Index e, Index column) {
      require_ascending(i, before, column);
      before = column;
      if (convert) matrix.columns_[static_cast<std::size_t>(e)] = static_cast<std::int32_t>(column);
    });
  }
  return matrix;
}

SparseMatrix SparseMatrix::from_csc(Index rows, Index cols, ArrayView offsets,
                                    ArrayView row_indices, ArrayView values) {
  check_sizes(rows, cols);
  check_values(row_indices.size(), values);
  const std::vector<Index> checked = checked_offsets(offsets, cols, values.size(), "columns");
  const Indices indices(row_indices, "rows", rows);
  return build(rows, cols, values, [&](auto& builder) {
    builder.count_rows(indices);
    for (Index j = 0; j < cols; ++j) {
      const auto column = static_cast<std::size_t>(j);
      builder.scatter(indices, checked[column], checked[column + 1],
                      [j](Index) { return static_cast<std::int32_t>(j); });
    }
  });
}

SparseMatrix SparseMatrix::from_triplets(Index rows, Index cols, ArrayView row_indices,
                                         ArrayView columns, ArrayView values) {
  check_sizes(rows, cols);
  check_values(row_indices.size(), values);
  check_values(columns.size(), values);
  const Indices row_numbers(row_indices, "rows", rows);
  const Indices column_numbers(columns, "columns", cols);
  std::vector<std::int32_t> checked;
  assign(checked, columns.size());
  column_numbers.each(0, columns.size(), [&](Index e, Index column) {
    checked[static_cast<std::size_t>(e)] = static_cast<std::int32_t>(column);
  });
  return build(rows, cols, values, [&](auto& builder) {
    builder.count_rows(row_numbers);
    builder.scatter(row_numbers, 0, row_numbers.size(),
                    [&](Index e) { return checked[static_cast<std::size_t>(e)]; });
  });
}

SparseMatrix::SparseMatrix(SparseMatrix&& other) noexcept { *this = std::move(other); }

SparseMatrix& SparseMatrix::operator=(SparseMatrix&& other) noexcept {
  if (this == &other) return *this;
  row_offsets_ = std::exchange(other.row_offsets_, {});
  columns_ = std::exchange(other.columns_, {});
  float32_ = std::exchange(other.float32_, {});
  float64_ = std::exchange(other.float64_, {});
  borrowed_offsets_ = std::exchange(other.borrowed_offsets_, nullptr);
  borrowed_columns_ = std::exchange(other.borrowed_columns_, nullptr);
  borrowed_values_ = std::exchange(other.borrowed_values_, nullptr);
  type_ = other.type_;
  rows_ = std::exchange(other.rows_, 0);
  cols_ = std::exchange(other.cols_, 0);
  return *this;
}

SparseView SparseMatrix::view() const {
  const void* values = borrowed_values_;
  if (values == nullptr) {
    values = type_ == ElementType::float32 ? static_cast<const void*>(float32_.data())
                                           : static_cast<const void*>(float64_.data());
  }
  return {offsets(), borrowed_columns_ != nullptr ? borrowed_columns_ : columns_.data(),
          values,    type_,
          rows_,     cols_};
}

}  // namespace nonneg
