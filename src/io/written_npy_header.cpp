// SPDX-License-Identifier: Apache-2.0
#include "io/written_npy_header.hpp"

#include <fmt/format.h>

#include <array>

namespace nonneg::io {

std::string written_npy_header(ElementType type, Index rows, Index cols) {
  const std::array shape{rows, cols};
  return written_npy_header(fmt::format("<f{}", element_size(type)), shape);
}

std::string written_npy_header(std::string_view descr, std::span<const Index> shape) {
  std::string lengths;
  for (const Index length : shape) {
    lengths += fmt::format("{}{}", lengths.empty() ? "" : ", ", length);
  }
  const std::string dict =
      fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}{}), }}", descr, lengths,
                  shape.size() == 1 ? "," : "");
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
