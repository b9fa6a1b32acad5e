// SPDX-License-Identifier: Apache-2.0
#include "page/base64.hpp"

#include <bit>
#include <cstdint>
#include <string_view>

namespace nonneg::page {

std::string base64(const std::vector<float>& values) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  constexpr unsigned kBits = 6;
  constexpr unsigned kMask = 63;
  constexpr unsigned kByteBits = 8;
  std::string text;
  text.reserve((values.size() * sizeof(float) + 2) / 3 * 4);
  std::uint64_t waiting = 0;
  unsigned bits = 0;
  for (const float value : values) {
    const auto word = std::bit_cast<std::uint32_t>(value);
    for (unsigned byte = 0; byte < sizeof(float); ++byte) {
      waiting = (waiting << kByteBits) | ((word >> (kByteBits * byte)) & 0xFFU);
      bits += kByteBits;
      while (bits >= kBits) {
        bits -= kBits;
        text += kDigits[(waiting >> bits) & kMask];
      }
    }
  }
  if (bits > 0) text += kDigits[(waiting << (kBits - bits)) & kMask];
  while (text.size() % 4 != 0) text += '=';
  return text;
}

}  // namespace nonneg::page
