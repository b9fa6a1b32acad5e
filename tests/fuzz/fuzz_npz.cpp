// SPDX-License-Identifier: Apache-2.0
// Any bytes are an .npz file whose matrix keeps its promises, or an Error.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "fuzz_target.hpp"
#include "io/npz_reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::uint64_t kMaxBytes = std::uint64_t{64} << 20U;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const char* array : {"", "A"}) {
    nonneg::fuzz::run([&] { return nonneg::io::read_npz(bytes, "fuzz.npz", array, kMaxBytes); });
  }
  return 0;
}
