// SPDX-License-Identifier: Apache-2.0
#include "io/written_npy_header.hpp"

#include <fmt/format.h>

namespace nonneg::io {

std::string written_npy_header(ElementType type, Index rows, Index cols) {
  const std::string dict =
      fmt::format("{{'descr': '<f{}', 'fortran_order': False, 'shape': ({}, {}), }}",
                  element_size(type), rows, cols);
  constexpr std::size_t kAlignment = 64;
  constexpr std::size_t kPrefix = 10;
  const std::size_t total = (kPrefix + dict.size() + 1 + kAlignment - 1) / kAlignment * kAlignment;
  const std::size_t length = total - kPrefix;
  std::string header("\x93NUMPY\x01\x00", 8);
  header += static_cast<char>(length & 0xFFU);
  header += static_cast<char>(length >> 8U);
  header += dict;
  header.append(total - header.size() - 1, ' ');
  header += '\n';
  return header;
}

}  // namespace nonneg::io
