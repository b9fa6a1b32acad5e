// SPDX-License-Identifier: Apache-2.0
// One handler function per instruction, chosen when the function is built: by opcode, type and
// modifiers.
#pragma once

#include "../ptx/program.hpp"

namespace nonneg::emulated {

/// The handler that executes `in`; one that reports the instruction as unsupported where there is
/// none.
ptx::Handler select_handler(const ptx::Instruction& in);

// The families select_handler asks in turn; null: not of this family.
ptx::Handler select_integer_handler(const ptx::Instruction& in);
ptx::Handler select_float_handler(const ptx::Instruction& in);
ptx::Handler select_conversion_handler(const ptx::Instruction& in);
ptx::Handler select_memory_handler(const ptx::Instruction& in);
ptx::Handler select_control_handler(const ptx::Instruction& in);

/// a OP b for integers and floats; unordered comparisons are true where an operand is NaN.
bool compare_values(ptx::Compare comparison, ptx::Type type, std::uint64_t a, std::uint64_t b,
                    bool flush_subnormals);

/// The new value of atom and red, and one step of redux.
std::uint64_t atomic_result(const ptx::Instruction& in, std::uint64_t old, std::uint64_t b,
                            std::uint64_t c);

/// Calls of functions that have no body in PTX: vprintf, __assertfail, malloc, free.
void call_device_runtime(ThreadBlock& block, Thread& thread, const ptx::Instruction& in,
                         const std::string& name);

}  // namespace nonneg::emulated
