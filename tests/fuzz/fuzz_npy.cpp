// SPDX-License-Identifier: Apache-2.0
// Any bytes are an .npy matrix whose every entry can be read, or InvalidArgument.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "fuzz_target.hpp"
#include "io/npy_reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  nonneg::fuzz::run([&] { return nonneg::io::read_npy(bytes, "fuzz.npy"); });
  return 0;
}
