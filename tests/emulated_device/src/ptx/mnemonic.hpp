// SPDX-License-Identifier: Apache-2.0
// Decoding "atom.global.add.f64" into the fields of an Instruction.
#pragma once

#include <string>

#include "program.hpp"

namespace nonneg::emulated::ptx {

/// Sets opcode, types and modifiers of `instruction` from its mnemonic. False: the opcode is not
/// known.
bool decode_mnemonic(const std::string& mnemonic, Instruction& instruction);

}  // namespace nonneg::emulated::ptx
