// SPDX-License-Identifier: Apache-2.0
#include "ensemble/assignment.hpp"

#include <limits>

namespace nonneg::ensemble {
namespace {

/// Assigns each of `rows` rows one of `cols` >= rows columns at the least cost(row, column).
template <class Cost>
class Assignment {
 public:
  Assignment(Index rows, Index cols, const Cost& cost)
      : cols_(static_cast<std::size_t>(cols)),
        cost_(cost),
        row_price_(static_cast<std::size_t>(rows), 0.0),
        column_price_(cols_, 0.0),
        row_of_(cols_, kNone) {
    for (Index row = 0; row < rows; ++row) assign(row);
  }

  /// The row that each column goes with, or kNone.
  const std::vector<Index>& row_of() const { return row_of_; }

 private:
  static constexpr std::size_t kStart = static_cast<std::size_t>(-1);

  double reduced_cost(Index row, std::size_t column) const {
    return cost_(row, static_cast<Index>(column)) - row_price_[static_cast<std::size_t>(row)] -
           column_price_[column];
  }

  /// Gives a row a column along the cheapest path on which others change theirs.
  void assign(Index row) {
    constexpr double kFar = std::numeric_limits<double>::infinity();
    std::vector<double> distance(cols_, kFar);
    // From which column the path comes to this one.
    std::vector<std::size_t> before(cols_, kStart);
    std::vector<bool> reached(cols_, false);
    std::size_t at = kStart;
    double length = 0;
    Index from = row;
    std::vector<std::size_t> path;
    while (true) {
      std::size_t nearest = kStart;
      for (std::size_t column = 0; column < cols_; ++column) {
        if (reached[column]) continue;
        const double through = length + reduced_cost(from, column);
        if (through < distance[column]) {
          distance[column] = through;
          before[column] = at;
        }
        if (nearest == kStart || distance[column] < distance[nearest]) nearest = column;
      }
      length = distance[nearest];
      at = nearest;
      if (row_of_[at] == kNone) break;
      reached[at] = true;
      path.push_back(at);
      from = row_of_[at];
    }
    row_price_[static_cast<std::size_t>(row)] += length;
    for (const std::size_t column : path) {
      row_price_[static_cast<std::size_t>(row_of_[column])] += length - distance[column];
      column_price_[column] -= length - distance[column];
    }
    for (; before[at] != kStart; at = before[at]) row_of_[at] = row_of_[before[at]];
    row_of_[at] = row;
  }

  std::size_t cols_;
  const Cost& cost_;
  std::vector<double> row_price_;
  std::vector<double> column_price_;
  std::vector<Index> row_of_;
};

}  // namespace

std::vector<Index> best_assignment(MatrixView<const double> gains) {
  if (gains.rows() > gains.cols()) {
    const auto cost = [gains](Index i, Index j) { return -gains(j, i); };
    return Assignment(gains.cols(), gains.rows(), cost).row_of();
  }
  const auto cost = [gains](Index i, Index j) { return -gains(i, j); };
  const Assignment found(gains.rows(), gains.cols(), cost);
  std::vector<Index> columns(static_cast<std::size_t>(gains.rows()), kNone);
  for (std::size_t column = 0; column < found.row_of().size(); ++column) {
    const Index row = found.row_of()[column];
    if (row != kNone) columns[static_cast<std::size_t>(row)] = static_cast<Index>(column);
  }
  return columns;
}

}  // namespace nonneg::ensemble
