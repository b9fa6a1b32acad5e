// SPDX-License-Identifier: Apache-2.0
// What kernels call without a body in PTX: printf, assert, malloc, free.
#include <cctype>
#include <cstdio>
#include <cstring>

#include "../findings.hpp"
#include "../text.hpp"
#include "instructions.hpp"
#include "thread_block.hpp"

namespace nonneg::emulated {
namespace {

/// Reads the packed arguments of vprintf, each aligned to its size.
class PackedArguments {
 public:
  explicit PackedArguments(const std::uint8_t* begin) : begin_(begin) {}

  template <class T>
  T next() {
    offset_ = (offset_ + sizeof(T) - 1) / sizeof(T) * sizeof(T);
    T value;
    std::memcpy(&value, begin_ + offset_, sizeof(T));
    offset_ += sizeof(T);
    return value;
  }

 private:
  const std::uint8_t* begin_;
  std::size_t offset_ = 0;
};

template <class T>
std::string print_one(const std::string& conversion, T value) {
  char text[512];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"
  std::snprintf(text, sizeof text, conversion.c_str(), value);
#pragma GCC diagnostic pop
  return text;
}

std::string print_device(const char* pattern, const std::uint8_t* packed) {
  PackedArguments arguments(packed);
  std::string out;
  while (*pattern != '\0') {
    if (*pattern != '%') {
      out += *pattern++;
      continue;
    }
    if (pattern[1] == '%') {
      out += '%';
      pattern += 2;
      continue;
    }
    std::string conversion(1, *pattern++);
    while (*pattern != '\0' && std::isalpha(static_cast<unsigned char>(*pattern)) == 0)
      conversion += *pattern++;
    bool is_long = false;
    for (; *pattern == 'l' || *pattern == 'h' || *pattern == 'z'; ++pattern)
      if (*pattern != 'h') is_long = true;
    if (*pattern == '\0') break;
    const char kind = *pattern++;
    if (std::strchr("fFeEgGaA", kind) != nullptr)
      out += print_one(conversion + kind, arguments.next<double>());
    else if (kind == 's')
      out += print_one(conversion + kind, arguments.next<const char*>());
    else if (kind == 'p')
      out += print_one(conversion + kind, arguments.next<void*>());
    else if (is_long)
      out += print_one(conversion + "ll" + kind, arguments.next<long long>());
    else
      out += print_one(conversion + kind, arguments.next<int>());
  }
  return out;
}

}  // namespace

void call_device_runtime(ThreadBlock& block, Thread& thread, const ptx::Instruction& in,
                         const std::string& name) {
  const auto argument = [&]<class T>(std::size_t i, T) {
    T value;
    std::memcpy(&value, reinterpret_cast<const void*>(block.read(thread, in.call_arguments[i])),
                sizeof value);
    return value;
  };
  const auto give_back = [&](auto value) {
    std::memcpy(reinterpret_cast<void*>(block.read(thread, in.call_returns[0])), &value,
                sizeof value);
  };
  const char* const text = nullptr;
  if (name == "vprintf") {
    const std::string line =
        print_device(argument(0, text), argument(1, static_cast<const std::uint8_t*>(nullptr)));
    std::fputs(line.c_str(), stdout);
    std::fflush(stdout);
    give_back(std::uint32_t{0});
  } else if (name == "__assertfail") {
    throw DeviceError(710, format("device assert `%s' at %s:%u, ", argument(0, text),
                                  argument(1, text), argument(2, 0u)) +
                               block.where(thread, in));
  } else if (name == "malloc") {
    give_back(allocate_device(argument(0, std::uint64_t{0}), 0));
  } else if (name == "free") {
    free_device(argument(0, static_cast<void*>(nullptr)));
  } else {
    throw DeviceError(719, "call of undefined function " + name + ", " + block.where(thread, in));
  }
}

}  // namespace nonneg::emulated
