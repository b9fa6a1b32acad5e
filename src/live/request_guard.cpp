// SPDX-License-Identifier: Apache-2.0
#include "live/request_guard.hpp"

#include <arpa/inet.h>
#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "nonneg/error.hpp"

namespace nonneg::live {
namespace {

constexpr std::size_t kTokenBytes = 16;

bool is_address(const std::string& name) {
  std::array<unsigned char, sizeof(in6_addr)> address{};
  if (name.size() > 2 && name.front() == '[' && name.back() == ']') {
    return ::inet_pton(AF_INET6, name.substr(1, name.size() - 2).c_str(), address.data()) == 1;
  }
  return ::inet_pton(AF_INET, name.c_str(), address.data()) == 1;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

/// Returns the name without ":port".
std::string_view name_of(std::string_view host_header) {
  const std::size_t from = host_header.starts_with('[') ? host_header.find(']') : 0;
  if (from == std::string_view::npos) return {};
  return host_header.substr(0, host_header.find(':', from));
}

}  // namespace

std::string random_token() {
  std::array<unsigned char, kTokenBytes> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    throw NotAvailable("the system gives no random numbers, which guard the live page");
  }
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string token;
  for (const unsigned char byte : bytes) {
    token += kDigits[byte >> 4U];
    token += kDigits[byte & 15U];
  }
  return token;
}

bool same_token(std::string_view given, std::string_view token) noexcept {
  if (given.size() != token.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < token.size(); ++i) {
    difference |= static_cast<unsigned char>(given[i]) ^ static_cast<unsigned char>(token[i]);
  }
  return difference == 0;
}

bool host_allowed(std::string_view host_header, std::string_view host) {
  const std::string name = lower(name_of(host_header));
  return name == "localhost" || is_address(name) || (!name.empty() && name == lower(host));
}

}  // namespace nonneg::live
