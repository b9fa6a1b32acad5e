// SPDX-License-Identifier: Apache-2.0
/// 10x Genomics' folders: a sparse matrix of features × barcodes in three files.
#pragma once

#include <optional>
#include <string>

namespace nonneg::io {

struct FeatureBarcodeFolder {
  /// matrix.mtx
  std::string matrix;
  /// features.tsv, or genes.tsv, as Cell Ranger before version 3 calls it
  std::string features;
  /// barcodes.tsv
  std::string barcodes;
};

/// Returns the files in a folder, each of which may have .gz, .zst or .xz behind its name; nothing
/// where `path` is no folder with any of them. Throws InvalidArgument for one without all three.
std::optional<FeatureBarcodeFolder> find_feature_barcode_folder(const std::string& path);

}  // namespace nonneg::io
