// SPDX-License-Identifier: Apache-2.0
/// Where a server listens.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "nonneg/error.hpp"

namespace nonneg::live {

/// The port where none is asked for, if it is free.
inline constexpr int kUsualPort = 7878;
inline constexpr int kMaxPort = 65535;

struct ListenAddress {
  /// Others than this machine can reach the server only where this is not a loopback address.
  std::string host = "127.0.0.1";
  /// Without a value it is kUsualPort, or any free one.
  std::optional<int> port;
};

/// Returns the port, if it is one. Throws InvalidArgument, which calls it `name`, where it is not
/// from 1 to kMaxPort.
inline int checked_port(std::string_view name, std::int64_t port) {
  if (port >= 1 && port <= kMaxPort) return static_cast<int>(port);
  throw InvalidArgument(fmt::format("{} {}: must be from 1 to {}", name, port, kMaxPort));
}

}  // namespace nonneg::live
