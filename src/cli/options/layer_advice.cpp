// SPDX-License-Identifier: Apache-2.0
#include "cli/options/layer_advice.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "data/dense_copy.hpp"
#include "nonneg/error.hpp"

namespace nonneg::cli {
namespace {

template <class T>
bool holds_negative(const T* entries, Index count) {
  return std::any_of(entries, entries + count, [](T entry) { return entry < 0; });
}

bool holds_negative(const DataView& view) {
  if (view.sparse()) {
    const SparseView& stored = view.stored();
    return stored.type() == ElementType::float32
               ? holds_negative(static_cast<const float*>(stored.values()), stored.entries())
               : holds_negative(static_cast<const double*>(stored.values()), stored.entries());
  }
  for (Index i = 0; i < view.rows(); ++i) {
    const Matrix<double> row = dense_copy<double>(view.row_block(i, 1));
    if (holds_negative(row.view().data(), row.cols())) return true;
  }
  return false;
}

/// A layer that cannot be read is no advice.
bool serves(const MatrixFile& file, const std::string& layer) {
  try {
    OpenOptions open;
    open.dataset = layer;
    return !holds_negative(MatrixFile::open(file.path(), open).view());
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

std::string with_layer_advice(const std::string& message, const MatrixFile& file) {
  if (message.find("every entry must be >= 0") == std::string::npos) return message;
  std::vector<std::string> serving;
  for (const std::string& layer : file.other_layers()) {
    if (serves(file, layer)) serving.push_back("--dataset " + layer);
  }
  if (serving.empty()) return message;
  return fmt::format("{}; or take what of the file has no negative entries: {}", message,
                     fmt::join(serving, ", "));
}

}  // namespace nonneg::cli
