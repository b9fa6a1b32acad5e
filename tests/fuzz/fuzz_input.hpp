// SPDX-License-Identifier: Apache-2.0
/// Takes a fuzzer's bytes apart into numbers and arrays.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "nonneg/element_type.hpp"

namespace nonneg::fuzz {

class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : bytes_(data, size) {}

  /// The next byte; 0 at the end.
  unsigned byte() noexcept {
    if (bytes_.empty()) return 0;
    const unsigned value = bytes_.front();
    bytes_ = bytes_.subspan(1);
    return value;
  }

  /// Mostly small, sometimes of any size and sign.
  std::int64_t number() noexcept {
    const unsigned first = byte();
    if (first < 0xF0U) return first % 16U;
    std::int64_t value = 0;
    const std::size_t count = std::min(sizeof(value), bytes_.size());
    std::memcpy(&value, bytes_.data(), count);
    bytes_ = bytes_.subspan(count);
    return value;
  }

  ElementType element_type() noexcept { return static_cast<ElementType>(byte() % 11U); }

  /// A few numbers of this type, as they lie in memory.
  std::vector<std::byte> array(ElementType type, std::size_t& count) {
    count = byte() % 24U;
    std::vector<std::byte> out(count * element_size(type) + sizeof(double));
    for (std::size_t e = 0; e < count; ++e) {
      const std::int64_t value = number();
      std::memcpy(out.data() + e * element_size(type), &value, element_size(type));
    }
    return out;
  }

 private:
  std::span<const std::uint8_t> bytes_;
};

}  // namespace nonneg::fuzz
