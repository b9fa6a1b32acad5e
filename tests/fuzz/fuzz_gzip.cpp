// SPDX-License-Identifier: Apache-2.0
// Any bytes inflate or are an error, at once and as a gzipped .npy file.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "fuzz_target.hpp"
#include "io/gzip.hpp"
#include "io/npy_reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::uint64_t kMaxBytes = std::uint64_t{8} << 20;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  nonneg::fuzz::run([&] {
    nonneg::io::LoadedMatrix matrix;
    matrix.storage = nonneg::io::gunzip(bytes, "fuzz.csv.gz", kMaxBytes);
    return matrix;
  });
  nonneg::fuzz::run([&] { return nonneg::io::read_npy_gz(bytes, "fuzz.npy.gz"); });
  return 0;
}
