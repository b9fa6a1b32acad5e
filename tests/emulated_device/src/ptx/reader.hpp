// SPDX-License-Identifier: Apache-2.0
// Reading a PTX text into a Module.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "program.hpp"

namespace nonneg::emulated::ptx {

/// Reads the texts of one module (several where device code was linked); `name` appears in
/// messages. Module variables get storage that lives as long as the process. Throws DeviceError
/// where a text cannot be understood. An opcode that is not known is no error until a thread
/// reaches it.
std::unique_ptr<Module> read_module(const std::vector<std::string>& texts, const std::string& name);

/// ".align 8 .b8 name[16][2]", without the state space, as a variable.
Variable parse_variable(const std::string& text, Space space);

}  // namespace nonneg::emulated::ptx
