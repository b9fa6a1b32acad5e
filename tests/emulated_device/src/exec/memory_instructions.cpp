// SPDX-License-Identifier: Apache-2.0
// ld, st, atom, red, cvta, isspacep, mov.
#include <cstring>

#include "../findings.hpp"
#include "instructions.hpp"
#include "numeric.hpp"
#include "thread_block.hpp"

namespace nonneg::emulated {
namespace {

using ptx::as_integer;
using ptx::Flow;
using ptx::Instruction;
using ptx::Opcode;
using ptx::Operand;
using ptx::Space;
using ptx::Type;
using ptx::Variant;
using std::uint32_t;
using std::uint64_t;
using AccessKind = ThreadBlock::AccessKind;

uint64_t load_value(const std::uint8_t* bytes, Type t) {
  uint64_t v = 0;
  switch (ptx::size_of(t)) {
    case 4:
      std::memcpy(&v, bytes, 4);
      break;
    case 8:
      std::memcpy(&v, bytes, 8);
      break;
    case 1:
      std::memcpy(&v, bytes, 1);
      break;
    default:
      std::memcpy(&v, bytes, 2);
      break;
  }
  return as_integer(v, t);
}

/// Size of one element. 128-bit elements are not emulated.
uint32_t element_size(const ThreadBlock& b, const Thread& t, const Instruction& in) {
  const int size = ptx::size_of(in.type);
  if (size > 8) throw DeviceError(719, "128-bit elements are not emulated, " + b.where(t, in));
  return static_cast<uint32_t>(size);
}

Flow load(ThreadBlock& b, Thread& t, const Instruction& in) {
  const uint64_t address = b.address(t, in.operands[1]);
  const uint32_t element = element_size(b, t, in), size = element * in.vector_width;
  const auto access = b.access(t, in, address, size, AccessKind::Load);
  if (access.global != nullptr && in.space <= Space::Global)
    b.check_launch_race(t, in, *access.global, address, size, AccessKind::Load, false);
  if (in.vector_width == 1) {
    b.write(t, in, load_value(access.bytes, in.type));
    return Flow::Next;
  }
  for (uint32_t i = 0; i < in.vector_width; ++i)
    b.write(t, in.elements[in.operands[0].first_element + i],
            load_value(access.bytes + i * element, in.type));
  return Flow::Next;
}

Flow store(ThreadBlock& b, Thread& t, const Instruction& in) {
  const uint64_t address = b.address(t, in.operands[0]);
  const uint32_t element = element_size(b, t, in), size = element * in.vector_width;
  const auto access = b.access(t, in, address, size, AccessKind::Store);
  std::uint8_t values[64];
  for (uint32_t i = 0; i < in.vector_width; ++i) {
    const uint64_t v = in.vector_width == 1
                           ? b.read(t, in, 1)
                           : b.read(t, in.elements[in.operands[1].first_element + i]);
    std::memcpy(values + i * element, &v, element);
  }
  if (access.global != nullptr && in.space <= Space::Global) {
    const bool unchanged = std::memcmp(access.bytes, values, size) == 0;
    b.check_launch_race(t, in, *access.global, address, size, AccessKind::Store, unchanged);
  }
  std::memcpy(access.bytes, values, size);
  return Flow::Next;
}

Flow atomic(ThreadBlock& b, Thread& t, const Instruction& in) {
  if (in.vector_width > 1)
    throw DeviceError(719, "vector atomics are not emulated, " + b.where(t, in));
  const int first = in.opcode == Opcode::Atom ? 1 : 0;  // red has no result
  const uint64_t address = b.address(t, in.operands[static_cast<std::size_t>(first)]);
  const uint32_t size = element_size(b, t, in);
  const auto access = b.access(t, in, address, size, AccessKind::Atomic);
  if (access.global != nullptr && in.space <= Space::Global)
    b.check_launch_race(t, in, *access.global, address, size, AccessKind::Atomic, false);
  const uint64_t old = load_value(access.bytes, in.type);
  const uint64_t third = in.operand_count > first + 2 ? b.read(t, in, first + 2) : 0;
  const uint64_t result = atomic_result(in, old, b.read(t, in, first + 1), third);
  std::memcpy(access.bytes, &result, size);
  if (in.opcode == Opcode::Atom) b.write(t, in, old);
  return Flow::Next;
}

uint64_t add_floats(Type t, uint64_t a, uint64_t b) {
  switch (t) {
    case Type::F32:
      return bits_of(to_float(a) + to_float(b));
    case Type::F64:
      return bits_of(to_double(a) + to_double(b));
    case Type::F16x2:
      return add_floats(Type::F16, a, b) | add_floats(Type::F16, a >> 16, b >> 16) << 16;
    case Type::BF16x2:
      return add_floats(Type::BF16, a, b) | add_floats(Type::BF16, a >> 16, b >> 16) << 16;
    default:
      return rounded_bits(value_of(a, t) + value_of(b, t), t, ptx::Rounding::Nearest);
  }
}

/// Between generic addresses and offsets in the shared or local window.
Flow convert_address(ThreadBlock& b, Thread& t, const Instruction& in) {
  uint64_t window = 0;
  if (in.space == Space::Shared) window = b.shared_window();
  if (in.space == Space::Local) window = reinterpret_cast<uint64_t>(t.local);
  const uint64_t address = b.read(t, in, 1);
  b.write(t, in, in.to_space ? address - window : address + window);
  return Flow::Next;
}

Flow is_in_space(ThreadBlock& b, Thread& t, const Instruction& in) {
  const uint64_t address = b.read(t, in, 1);
  const bool shared = b.in_shared_window(address), local = b.in_local_window(t, address);
  bool inside = false;
  if (in.space == Space::Shared) inside = shared;
  if (in.space == Space::Local) inside = local;
  if (in.space == Space::Global) inside = !shared && !local && find_allocation(address) != nullptr;
  b.write(t, in, inside);
  return Flow::Next;
}

Flow move(ThreadBlock& b, Thread& t, const Instruction& in) {
  b.write(t, in, as_integer(b.read(t, in, 1), in.type));
  return Flow::Next;
}

uint64_t part_mask(int bits) { return bits == 64 ? ~uint64_t{0} : (uint64_t{1} << bits) - 1; }

/// mov.b64 {lo, hi}, x
Flow unpack(ThreadBlock& b, Thread& t, const Instruction& in) {
  const Operand& parts = in.operands[0];
  const int bits = ptx::bits_of(in.type) / parts.element_count;
  const uint64_t v = b.read(t, in, 1);
  for (int i = 0; i < parts.element_count; ++i)
    b.write(t, in.elements[static_cast<std::size_t>(parts.first_element + i)],
            v >> (bits * i) & part_mask(bits));
  return Flow::Next;
}

/// mov.b64 x, {lo, hi}
Flow pack(ThreadBlock& b, Thread& t, const Instruction& in) {
  const Operand& parts = in.operands[1];
  const int bits = ptx::bits_of(in.type) / parts.element_count;
  uint64_t v = 0;
  for (int i = 0; i < parts.element_count; ++i)
    v |= (b.read(t, in.elements[static_cast<std::size_t>(parts.first_element + i)]) &
          part_mask(bits))
         << (bits * i);
  b.write(t, in, v);
  return Flow::Next;
}

}  // namespace

uint64_t atomic_result(const Instruction& in, uint64_t old, uint64_t b, uint64_t c) {
  const Type t = in.type;
  switch (in.variant) {
    case Variant::Cas:
      return as_integer(old, t) == as_integer(b, t) ? c : old;
    case Variant::Exch:
      return b;
    case Variant::Add:
      return ptx::is_arithmetic_float(t) ? add_floats(t, old, b) : as_integer(old + b, t);
    case Variant::Min:
    case Variant::Max: {
      const bool maximum = in.variant == Variant::Max;
      if (ptx::is_float(t))
        return rounded_bits(float_min_max(value_of(old, t), value_of(b, t), maximum, false), t,
                            ptx::Rounding::Nearest);
      return compare_values(maximum ? ptx::Compare::Gt : ptx::Compare::Lt, t, b, old, false) ? b
                                                                                             : old;
    }
    case Variant::And:
      return old & b;
    case Variant::Or:
      return old | b;
    case Variant::Xor:
      return old ^ b;
    case Variant::Inc:
      return static_cast<uint32_t>(old) >= static_cast<uint32_t>(b)
                 ? 0
                 : static_cast<uint32_t>(old) + 1;
    case Variant::Dec: {
      const auto value = static_cast<uint32_t>(old), bound = static_cast<uint32_t>(b);
      return value == 0 || value > bound ? bound : value - 1;
    }
    default:
      throw DeviceError(719, "atomic operation of " + in.mnemonic + " is not emulated");
  }
}

ptx::Handler select_memory_handler(const Instruction& in) {
  switch (in.opcode) {
    case Opcode::Ld:
      return load;
    case Opcode::St:
      return store;
    case Opcode::Atom:
    case Opcode::Red:
      return atomic;
    case Opcode::Cvta:
      return convert_address;
    case Opcode::IsSpace:
      return is_in_space;
    case Opcode::Mov:
      if (in.operands[0].kind == Operand::Kind::Vector) return unpack;
      return in.operands[1].kind == Operand::Kind::Vector ? pack : move;
    default:
      return nullptr;
  }
}

}  // namespace nonneg::emulated
