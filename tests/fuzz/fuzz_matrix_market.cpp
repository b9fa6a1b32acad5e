// SPDX-License-Identifier: Apache-2.0
// Any text is a MatrixMarket matrix whose every entry can be read, or an error. A file may be small
// and its offsets of rows large: memory is capped.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "fuzz_target.hpp"
#include "io/matrix_market_reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::uint64_t kMaxBytes = std::uint64_t{1} << 20;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  nonneg::fuzz::run([&] { return nonneg::io::read_matrix_market(text, "fuzz.mtx", kMaxBytes); });
  return 0;
}
