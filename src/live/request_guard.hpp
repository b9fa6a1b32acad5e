// SPDX-License-Identifier: Apache-2.0
/// Who may talk to the live page's server.
#pragma once

#include <string>
#include <string_view>

namespace nonneg::live {

/// Returns 128 random bits from the operating system, as 32 hexadecimal digits. Throws
/// NotAvailable.
std::string random_token();

/// Compares in a time that does not depend on where they differ.
bool same_token(std::string_view given, std::string_view token) noexcept;

/// Returns whether a request's Host header names this server: an address of digits, "localhost", or
/// `host`, under which it was told to serve. A page of another site that has its own name resolve
/// to this machine (DNS rebinding) sends that name. The port is not looked at: ssh -L changes it.
bool host_allowed(std::string_view host_header, std::string_view host);

}  // namespace nonneg::live
