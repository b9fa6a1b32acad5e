#include "cli/options/data_options.hpp"

#include <fmt/format.h>

#include "data/dense_copy.hpp"
#include "nonneg/error.hpp"

namespace nonneg::cli {
namespace {

void require_mask_entry(const std::string& path, Index row, Index column, double value) {
  if (value == 0 || value == 1) return;
  throw InvalidArgument(
      fmt::format("--mask {}: entry ({}, {}) is {}; a mask has 1 for an observed entry and 0 for a "
                  "missing one; --weights takes other numbers",
                  path, row, column, value));
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
        require_mask_entry(path, i, stored.columns()[e], value);
      }
      continue;
    }
    const Matrix<double> entries = dense_copy<double>(row);
    for (Index j = 0; j < entries.cols(); ++j) require_mask_entry(path, i, j, entries(0, j));
  }
}

}  // namespace

void add_dataset(OptionTable& table, OpenOptions& open) {
  table.group("Input");
  table.text("--dataset", open.dataset, "PATH",
             "Which matrix of an HDF5 file, or which array of an .npz file, A is");
}

void add_missing(OptionTable& table, Options& options) {
  table.choice("--missing", options.missing,
               "Entries that nobody observed: NaN and empty cells, or what a sparse matrix does "
               "not store");
}

void add_weights(OptionTable& table, DataArguments& data) {
  table.text("--mask", data.mask, "FILE", "Matrix of 0 for missing entries of A, and 1");
  table.text("--weights", data.weights, "FILE", "Matrix of how much each entry of A counts, >= 0");
}

OpenOptions opened_for(const Options& options, OpenOptions open) {
  open.missing_cells = options.missing == Missing::nan;
  return open;
}

std::string naming_file(const std::string& message, const std::string& input,
                        const DataArguments& arguments) {
  if (message.find("of the weights") == std::string::npos) return input + ": " + message;
  return arguments.mask.empty() ? fmt::format("--weights {}: {}", arguments.weights, message)
                                : fmt::format("--mask {}: {}", arguments.mask, message);
}

WeightedFile::WeightedFile(const MatrixFile& file, const DataArguments& arguments)
    : view_(file.view()) {
  if (!arguments.weights.empty() && !arguments.mask.empty()) {
    throw InvalidArgument("--weights and --mask: use one of them; a mask is weights of 0 and 1");
  }
  const bool masked = !arguments.mask.empty();
  const std::string& path = masked ? arguments.mask : arguments.weights;
  if (path.empty()) return;
  weights_ = MatrixFile::open(path);
  try {
    view_ = view_.weighted_by(weights_->view());
  } catch (const InvalidArgument& e) {
    throw InvalidArgument(
        fmt::format("{} {}: {}", masked ? "--mask" : "--weights", path, e.what()));
  }
  if (masked) require_mask(path, weights_->view());
}

}  // namespace nonneg::cli
