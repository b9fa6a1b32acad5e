// SPDX-License-Identifier: Apache-2.0
#include "io/feature_barcode_folder.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>

#include "nonneg/error.hpp"

namespace nonneg::io {
namespace {

namespace fs = std::filesystem;

/// The file of that name, compressed or not; empty where there is none.
std::string file_in(const std::string& folder, const char* name) {
  for (const char* const extension : {"", ".gz", ".zst", ".xz"}) {
    const fs::path path = fs::path(folder) / (std::string(name) + extension);
    std::error_code ignored;
    if (fs::is_regular_file(path, ignored)) return path.string();
  }
  return {};
}

}  // namespace

std::optional<FeatureBarcodeFolder> find_feature_barcode_folder(const std::string& path) {
  std::error_code ignored;
  if (!fs::is_directory(path, ignored)) return {};
  FeatureBarcodeFolder folder{file_in(path, "matrix.mtx"), file_in(path, "features.tsv"),
                              file_in(path, "barcodes.tsv")};
  if (folder.features.empty()) folder.features = file_in(path, "genes.tsv");
  if (folder.matrix.empty() && folder.features.empty() && folder.barcodes.empty()) return {};
  const char* const missing = folder.matrix.empty()     ? "matrix.mtx"
                              : folder.features.empty() ? "features.tsv or genes.tsv"
                              : folder.barcodes.empty() ? "barcodes.tsv"
                                                        : nullptr;
  if (missing == nullptr) return folder;
  throw InvalidArgument(
      fmt::format("{}: is a folder without {}; a folder is read where it is one of 10x Genomics', "
                  "with matrix.mtx, features.tsv and barcodes.tsv, each also compressed",
                  path, missing));
}

}  // namespace nonneg::io
