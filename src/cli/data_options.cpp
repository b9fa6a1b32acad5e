#include "cli/data_options.hpp"

#include <fmt/format.h>

#include "cli/dense_copy.hpp"
#include "nonneg/error.hpp"

namespace nonneg::cli {
namespace {

[[noreturn]] void refuse_mask_entry(const std::string& path, double value) {
  throw InvalidArgument(
      fmt::format("--mask {}: has an entry {}; a mask has 1 for an observed entry and 0 for a "
                  "missing one; --weights takes other numbers",
                  path, value));
}

/// Row by row, so that a mask as large as A takes no memory.
void require_mask(const std::string& path, const DataView& mask) {
  for (Index i = 0; i < mask.rows(); ++i) {
    const DataView row = mask.row_block(i, 1);
    if (row.sparse()) {
      const SparseView& stored = row.stored();
      for (Index e = stored.row_offsets()[0]; e < stored.row_offsets()[1]; ++e) {
        const double value = stored.type() == ElementType::float32
                                 ? static_cast<const float*>(stored.values())[e]
                                 : static_cast<const double*>(stored.values())[e];
        if (value != 0 && value != 1) refuse_mask_entry(path, value);
      }
      continue;
    }
    const Matrix<double> entries = dense_copy<double>(row);
    for (Index j = 0; j < entries.cols(); ++j) {
      if (entries(0, j) != 0 && entries(0, j) != 1) refuse_mask_entry(path, entries(0, j));
    }
  }
}

}  // namespace

WeightedFile::WeightedFile(const MatrixFile& file, const DataArguments& arguments)
    : view_(file.view()) {
  if (!arguments.weights.empty() && !arguments.mask.empty()) {
    throw InvalidArgument("--weights and --mask: use one of them; a mask is weights of 0 and 1");
  }
  const bool masked = !arguments.mask.empty();
  const std::string& path = masked ? arguments.mask : arguments.weights;
  if (path.empty()) return;
  weights_ = MatrixFile::open(path);
  if (masked) require_mask(path, weights_->view());
  try {
    view_ = view_.weighted_by(weights_->view());
  } catch (const InvalidArgument& e) {
    throw InvalidArgument(
        fmt::format("{} {}: {}", masked ? "--mask" : "--weights", path, e.what()));
  }
}

}  // namespace nonneg::cli
