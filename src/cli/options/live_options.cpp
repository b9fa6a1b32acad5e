// SPDX-License-Identifier: Apache-2.0
#include "cli/options/live_options.hpp"

#include <fmt/format.h>

namespace nonneg::cli {

void add_host(OptionTable& table, const std::string& name, const std::string& what,
              ServeArguments& serve) {
  table
      .text(name, serve.host, "ADDRESS",
            fmt::format("Address to serve{} at; others than this machine reach only what is not {}",
                        what, serve.host))
      .default_text = serve.host;
}

live::ListenAddress listen_address(const ServeArguments& serve, const std::string& option) {
  live::ListenAddress address;
  address.host = serve.host;
  if (serve.port) address.port = live::checked_port(option, *serve.port);
  return address;
}

}  // namespace nonneg::cli
