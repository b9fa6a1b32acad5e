// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/column_match.hpp"

#include <fmt/format.h>

#include <utility>

#include "io/name_match.hpp"
#include "nonneg/error.hpp"
#include "records/factor_file.hpp"

namespace nonneg::cli {
namespace {

void require_as_many(const MatrixFile& input, const MatrixFile& h) {
  if (input.view().cols() == h.view().cols()) return;
  throw InvalidArgument(
      fmt::format("{}: has {} columns, but the model's H ({}) has {}; the columns must be those "
                  "that the model was made from",
                  input.path(), input.view().cols(), h.path(), h.view().cols()));
}

}  // namespace

ColumnMatch match_columns(const MatrixFile& input, const records::Model& model, bool by_position) {
  ColumnMatch match;
  match.by_name = !by_position && !input.column_names().empty() && !model.column_names.empty();
  if (!match.by_name) {
    require_as_many(input, model.H);
    return match;
  }
  io::NameMatch found = io::match_names(
      {model.column_names, fmt::format("the model's H ({})", model.H.path())},
      {input.column_names(), input.path()},
      "columns are matched by name where both sides have names; --by-position takes them as they "
      "stand");
  match.left_out = std::move(found.left_out);
  if (!found.in_order()) match.places = std::move(found.places);
  if (!match.left_out.empty()) match.columns = std::move(found.columns);
  return match;
}

template <class T>
Matrix<T> matched_h(const records::Model& model, const ColumnMatch& match) {
  Matrix<T> H = records::read_factor<T>(model.H);
  if (match.places.empty()) return H;
  Matrix<T> ordered(H.rows(), std::ssize(match.places));
  for (Index c = 0; c < H.rows(); ++c) {
    for (Index j = 0; j < ordered.cols(); ++j) {
      ordered(c, j) = H(c, match.places[static_cast<std::size_t>(j)]);
    }
  }
  return ordered;
}

template Matrix<float> matched_h(const records::Model&, const ColumnMatch&);
template Matrix<double> matched_h(const records::Model&, const ColumnMatch&);

}  // namespace nonneg::cli
