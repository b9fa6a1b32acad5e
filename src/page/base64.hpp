// SPDX-License-Identifier: Apache-2.0
/// Numbers for the page: float32, little-endian, in base64 (RFC 4648).
#pragma once

#include <string>
#include <vector>

namespace nonneg::page {

std::string base64(const std::vector<float>& values);

}  // namespace nonneg::page
