// SPDX-License-Identifier: Apache-2.0
// print_ptx FILE: the PTX of the one fat binary that an object of nvcc's, or a program, holds.
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <exception>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "../src/runtime/fat_binary.hpp"

namespace {

/// Fat binaries begin at addresses that are multiples of this, with a magic number.
constexpr std::size_t kAlignment = 8;
constexpr std::uint32_t kMagic = 0xBA55ED50U;

std::vector<std::string> ptx_in(const std::vector<char>& bytes) {
  std::vector<std::string> found;
  for (std::size_t at = 0; at + 64 <= bytes.size(); at += kAlignment) {
    std::uint32_t magic = 0;
    std::memcpy(&magic, bytes.data() + at, sizeof magic);
    if (magic != kMagic) continue;
    std::string text = nonneg::emulated::ptx_of_fat_binary(bytes.data() + at).text;
    if (!text.empty()) found.push_back(std::move(text));
  }
  return found;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: print_ptx FILE\n", stderr);
    return 2;
  }
  std::ifstream file(argv[1], std::ios::binary);
  const std::vector<char> bytes((std::istreambuf_iterator<char>(file)),
                                std::istreambuf_iterator<char>());
  try {
    const std::vector<std::string> found = ptx_in(bytes);
    if (found.size() != 1) {
      std::fprintf(stderr, "%s has PTX in %zu fat binaries, not in one\n", argv[1], found.size());
      return 1;
    }
    std::fputs(found.front().c_str(), stdout);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", argv[1], error.what());
    return 1;
  }
}
