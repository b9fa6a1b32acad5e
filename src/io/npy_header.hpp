// SPDX-License-Identifier: Apache-2.0
/// The header of an .npy file (NumPy's NEP 1): magic, version, length, and a Python dict in words.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "nonneg/data_view.hpp"

namespace nonneg::io {

struct NpyHeader {
  ElementType type = ElementType::float64;
  Index rows = 0;
  Index cols = 0;
  /// Column-major: entry (i, j) is number j * rows + i.
  bool fortran_order = false;

  /// Returns the bytes of entries that the header promises: at most 2^63 - 1.
  std::uint64_t data_bytes() const noexcept;
  /// Returns the entries at `data`, as the header describes them.
  DataView view(const void* data) const;
};

/// The header of an array of any dimensions.
struct NpyArrayHeader {
  /// NumPy's words for the type: "<f4", "|S3".
  std::string descr;
  std::vector<Index> shape;
  bool fortran_order = false;
};

/// Bytes with which npy_header_bytes can tell how long the header is.
inline constexpr std::size_t kNpyPrefixBytes = 12;

/// Returns the bytes of the header, after which the entries start, from the file's first
/// kNpyPrefixBytes (fewer where the file has fewer). Throws InvalidArgument for a file that is no
/// .npy, or of an unknown version.
std::uint64_t npy_header_bytes(std::string_view prefix, const std::string& name);

/// Reads a header of npy_header_bytes() bytes. Throws InvalidArgument for one that is malformed,
/// and for a type or a shape that nonneg does not read, with the remedy.
NpyHeader parse_npy_header(std::string_view header, const std::string& name);

/// Does the same for an array of any type and dimensions; throws only for a header that is
/// malformed.
NpyArrayHeader parse_npy_array_header(std::string_view header, const std::string& name);

/// Returns the type that NumPy's words mean. Throws InvalidArgument for one that nonneg does not
/// read.
ElementType parse_npy_type(std::string_view descr, const std::string& name);

}  // namespace nonneg::io
