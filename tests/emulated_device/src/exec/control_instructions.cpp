// SPDX-License-Identifier: Apache-2.0
// Selection, branches, calls, barriers, and the choice of handlers over all families.
#include "../findings.hpp"
#include "instructions.hpp"
#include "numeric.hpp"
#include "thread_block.hpp"

namespace nonneg::emulated {
namespace {

using ptx::Flow;
using ptx::Instruction;
using ptx::Opcode;
using ptx::Type;

Flow select_by_predicate(ThreadBlock& b, Thread& t, const Instruction& in) {
  const bool first = (b.read(t, in, 3) & 1) != 0;
  b.write(t, in, ptx::as_integer(b.read(t, in, first ? 1 : 2), in.type));
  return Flow::Next;
}

Flow select_by_sign(ThreadBlock& b, Thread& t, const Instruction& in) {
  const std::uint64_t c = b.read(t, in, 3);
  const bool first =
      in.source_type == Type::F32 ? to_float(c) >= 0 : static_cast<std::int32_t>(c) >= 0;
  b.write(t, in, ptx::as_integer(b.read(t, in, first ? 1 : 2), in.type));
  return Flow::Next;
}

Flow jump(Thread& t, std::int32_t target) {
  t.next = t.frames.back().function->code.data() + target;
  return Flow::Jumped;
}

Flow branch(ThreadBlock&, Thread& t, const Instruction& in) { return jump(t, in.target); }

Flow indexed_branch(ThreadBlock& b, Thread& t, const Instruction& in) {
  return jump(t, in.targets.at(static_cast<std::uint32_t>(b.read(t, in, 0))));
}

Flow call(ThreadBlock& b, Thread& t, const Instruction& in) {
  const auto* f = reinterpret_cast<const ptx::Function*>(b.read(t, in, 0));
  if (f->is_defined) return b.enter_function(t, in, *f);
  call_device_runtime(b, t, in, f->name);
  return Flow::Next;
}

Flow return_from(ThreadBlock& b, Thread& t, const Instruction&) { return b.leave_function(t); }
Flow exit_thread(ThreadBlock& b, Thread& t, const Instruction&) { return b.finish(t); }
Flow barrier(ThreadBlock& b, Thread& t, const Instruction& in) { return b.wait_at_barrier(t, in); }
Flow warp_collective(ThreadBlock& b, Thread& t, const Instruction&) { return b.wait_for_warp(t); }
Flow nothing(ThreadBlock&, Thread&, const Instruction&) { return Flow::Next; }

Flow fence(ThreadBlock& b, Thread&, const Instruction&) {
  b.synchronise();
  return Flow::Next;
}

Flow trap(ThreadBlock& b, Thread& t, const Instruction& in) {
  throw DeviceError(719, "trap, " + b.where(t, in));
}

Flow unsupported(ThreadBlock& b, Thread& t, const Instruction& in) {
  throw DeviceError(801, "instruction that is not emulated, " + b.where(t, in));
}

}  // namespace

ptx::Handler select_control_handler(const Instruction& in) {
  switch (in.opcode) {
    case Opcode::Selp:
      return select_by_predicate;
    case Opcode::Slct:
      return select_by_sign;
    case Opcode::Bra:
      return branch;
    case Opcode::Brx:
      return indexed_branch;
    case Opcode::Call:
      return call;
    case Opcode::Ret:
      return return_from;
    case Opcode::Exit:
      return exit_thread;
    case Opcode::Bar:
      return in.cluster ? nothing : barrier;
    case Opcode::BarWarp:
    case Opcode::Shfl:
    case Opcode::Vote:
    case Opcode::Match:
    case Opcode::Redux:
    case Opcode::ActiveMask:
      return warp_collective;
    case Opcode::Nop:
      return nothing;
    case Opcode::Fence:
      return fence;
    case Opcode::Trap:
      return trap;
    default:
      return nullptr;
  }
}

ptx::Handler select_handler(const Instruction& in) {
  for (const auto select :
       {select_control_handler, select_memory_handler, select_conversion_handler,
        select_float_handler, select_integer_handler})
    if (const ptx::Handler handler = select(in)) return handler;
  return unsupported;
}

}  // namespace nonneg::emulated
