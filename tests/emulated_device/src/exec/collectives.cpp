// SPDX-License-Identifier: Apache-2.0
// Barriers of a block and collectives of a warp: who waits, when they are complete, what they
// yield.
#include <algorithm>
#include <array>

#include "../findings.hpp"
#include "../text.hpp"
#include "instructions.hpp"
#include "thread_block.hpp"

namespace nonneg::emulated {
namespace {

using ptx::Instruction;
using ptx::Opcode;
using ptx::Variant;
using std::uint32_t;
using std::uint64_t;

constexpr uint32_t kWarp = 32;

bool has_lane(uint32_t lanes, uint32_t lane) { return (lanes >> lane & 1) != 0; }

bool same_collective(const Instruction& a, const Instruction& b) {
  return a.opcode == b.opcode && a.variant == b.variant && a.type == b.type;
}

/// The member mask: the first operand of bar.warp.sync, the last of all others.
const ptx::Operand& member_mask(const Instruction& in) {
  return in.operands[in.opcode == Opcode::BarWarp ? 0 : in.operand_count - 1u];
}

}  // namespace

ptx::Flow ThreadBlock::wait_at_barrier(Thread& t, const Instruction& in) {
  const int first =
      in.reduces ? 1 : 0;  // bar.red has a result, and a predicate as its last operand
  const bool has_count = in.operand_count > (in.reduces ? 3 : 1);
  t.barrier = static_cast<uint32_t>(read(t, in, first));
  t.barrier_threads = has_count ? static_cast<uint32_t>(read(t, in, first + 1)) : thread_count_;
  if (in.arrive) {
    ++arrivals_[t.barrier];
    return ptx::Flow::Next;
  }
  t.state = Thread::State::AtBarrier;
  return ptx::Flow::Blocked;
}

bool ThreadBlock::resolve_barriers() {
  std::map<uint32_t, std::vector<uint32_t>> waiting;
  uint32_t done = 0;
  for (const Thread& t : threads_) {
    if (t.state == Thread::State::AtBarrier) waiting[t.barrier].push_back(t.index);
    if (t.state == Thread::State::Done) ++done;
  }
  bool any = false;
  for (const auto& [barrier, members] : waiting) {
    const Thread& first = threads_[members[0]];
    const Instruction& in = *first.next;
    const uint32_t needed = first.barrier_threads;
    uint32_t present = static_cast<uint32_t>(members.size());
    const auto arrived = arrivals_.find(barrier);
    if (arrived != arrivals_.end()) present += arrived->second;
    const bool whole_block = needed == thread_count_;
    if (present + (whole_block ? done : 0) < needed) continue;
    if (whole_block && done > 0)
      report("barrier passed although threads of the block have exited", site_key(in),
             where(first, in) + format(", %u of %u threads exited", done, thread_count_));
    for (const uint32_t i : members) {
      if (threads_[i].next == &in) continue;
      report("threads of one block wait at different barrier instructions", site_key(in),
             where(first, in) + format(" and ptx line %d", threads_[i].next->line));
      break;
    }
    if (in.reduces) reduce_at_barrier(members);
    for (const uint32_t i : members) {
      threads_[i].state = Thread::State::Running;
      ++threads_[i].next;
    }
    arrivals_.erase(barrier);
    epoch_ = ++execution_counters().epochs;
    any = true;
  }
  return any;
}

void ThreadBlock::reduce_at_barrier(const std::vector<uint32_t>& members) {
  uint64_t count = 0;
  for (const uint32_t i : members) {
    const Instruction& in = *threads_[i].next;
    count += read(threads_[i], in, in.operand_count - 1) & 1;
  }
  for (const uint32_t i : members) {
    const Instruction& in = *threads_[i].next;
    uint64_t result = count > 0;
    if (in.variant == Variant::Popc) result = count;
    if (in.variant == Variant::And) result = count == members.size();
    write(threads_[i], in, result);
  }
}

bool ThreadBlock::resolve_warps() {
  bool any = false;
  for (uint32_t warp = 0; warp < warp_epochs_.size(); ++warp)
    if (resolve_warp(warp)) any = true;
  return any;
}

bool ThreadBlock::resolve_warp(uint32_t warp) {
  const uint32_t begin = warp * kWarp, end = std::min(thread_count_, begin + kWarp);
  bool running = false, any = false;
  for (uint32_t i = begin; i < end; ++i)
    if (threads_[i].state == Thread::State::Running) running = true;
  for (uint32_t i = begin; i < end; ++i) {
    Thread& t = threads_[i];
    if (t.state != Thread::State::AtWarpCollective) continue;
    const Instruction& in = *t.next;
    if (in.opcode == Opcode::ActiveMask) {
      if (running) continue;
      resolve_active_mask(warp, t);
      any = true;
      continue;
    }
    const auto mask = static_cast<uint32_t>(read(t, member_mask(in)));
    if (!has_lane(mask, t.lane))
      throw DeviceError(
          719, "warp collective: calling lane not in its own member mask, " + where(t, in));
    uint32_t lanes = 0;
    if (!lanes_ready(warp, t, mask, lanes)) continue;
    run_collective(warp, in, lanes);
    for (uint32_t lane = 0; lane < kWarp; ++lane)
      if (has_lane(lanes, lane)) {
        threads_[begin + lane].state = Thread::State::Running;
        ++threads_[begin + lane].next;
      }
    any = true;
  }
  return any;
}

/// True when every named lane waits at the same collective with the same mask; they go to `lanes`.
bool ThreadBlock::lanes_ready(uint32_t warp, const Thread& caller, uint32_t mask, uint32_t& lanes) {
  const Instruction& in = *caller.next;
  for (uint32_t lane = 0; lane < kWarp; ++lane) {
    const uint32_t index = warp * kWarp + lane;
    if (!has_lane(mask, lane) || index >= thread_count_) continue;
    const Thread& other = threads_[index];
    if (other.state == Thread::State::Done) {
      report("warp collective names an exited lane", site_key(in),
             where(caller, in) + format(" mask %08x, lane %u has exited", mask, lane));
      continue;
    }
    if (other.state != Thread::State::AtWarpCollective || !same_collective(*other.next, in))
      return false;
    if (static_cast<uint32_t>(read(other, member_mask(*other.next))) != mask) return false;
    lanes |= 1u << lane;
  }
  return true;
}

/// Once no lane of the warp can run, those waiting at the same instruction of the same call depth
/// are active.
void ThreadBlock::resolve_active_mask(uint32_t warp, const Thread& caller) {
  const Instruction* in = caller.next;
  const std::size_t depth = caller.frames.size();
  const uint32_t begin = warp * kWarp, end = std::min(thread_count_, begin + kWarp);
  uint32_t mask = 0;
  for (uint32_t i = begin; i < end; ++i) {
    const Thread& t = threads_[i];
    if (t.state == Thread::State::AtWarpCollective && t.next == in && t.frames.size() == depth)
      mask |= 1u << (i - begin);
  }
  for (uint32_t i = begin; i < end; ++i) {
    if (!has_lane(mask, i - begin)) continue;
    write(threads_[i], *in, mask);
    threads_[i].state = Thread::State::Running;
    ++threads_[i].next;
  }
}

void ThreadBlock::run_collective(uint32_t warp, const Instruction& in, uint32_t lanes) {
  switch (in.opcode) {
    case Opcode::BarWarp:
      ++warp_epochs_[warp];
      break;
    case Opcode::Shfl:
      shuffle_lanes(warp, lanes);
      break;
    case Opcode::Vote:
      vote_lanes(warp, in, lanes);
      break;
    case Opcode::Match:
      match_lanes(warp, in, lanes);
      break;
    default:
      reduce_lanes(warp, in, lanes);
      break;
  }
}

void ThreadBlock::shuffle_lanes(uint32_t warp, uint32_t lanes) {
  std::array<uint32_t, kWarp> source{};
  for (uint32_t lane = 0; lane < kWarp; ++lane)
    if (has_lane(lanes, lane)) {
      const Thread& t = threads_[warp * kWarp + lane];
      source[lane] = static_cast<uint32_t>(read(t, *t.next, 1));
    }
  for (uint32_t lane = 0; lane < kWarp; ++lane) {
    if (!has_lane(lanes, lane)) continue;
    Thread& t = threads_[warp * kWarp + lane];
    const Instruction& in = *t.next;
    const int offset = static_cast<int>(read(t, in, 2) & 31);
    const auto bounds = static_cast<uint32_t>(read(t, in, 3));
    const uint32_t segment = bounds >> 8 & 31, clamp = bounds & 31;
    const auto lowest = static_cast<int>(lane & segment);
    const auto highest = static_cast<int>((lane & segment) | (clamp & ~segment & 31));
    int from = static_cast<int>(lane);
    bool inside = true;
    switch (in.variant) {
      case Variant::Up:
        from -= offset;
        inside = from >= highest;
        break;
      case Variant::Down:
        from += offset;
        inside = from <= highest;
        break;
      case Variant::Bfly:
        from ^= offset;
        inside = from <= highest;
        break;
      default:
        from = lowest | (offset & ~static_cast<int>(segment) & 31);
        inside = from <= highest;
        break;
    }
    if (!inside) from = static_cast<int>(lane);
    uint64_t value = 0xFFFFFFFFu;
    if (has_lane(lanes, static_cast<uint32_t>(from)))
      value = source[static_cast<std::size_t>(from)];
    else
      report("shuffle reads a lane that does not take part", site_key(in),
             where(t, in) + format(" source lane %d", from));
    write(t, in, value);
    if (in.operands[0].second_reg >= 0) t.registers[in.operands[0].second_reg] = inside;
  }
}

void ThreadBlock::vote_lanes(uint32_t warp, const Instruction& in, uint32_t lanes) {
  uint32_t ballot = 0;
  for (uint32_t lane = 0; lane < kWarp; ++lane)
    if (has_lane(lanes, lane)) {
      const Thread& t = threads_[warp * kWarp + lane];
      if ((read(t, *t.next, 1) & 1) != 0) ballot |= 1u << lane;
    }
  uint64_t result = ballot == lanes || ballot == 0;  // .uni
  if (in.variant == Variant::Ballot) result = ballot;
  if (in.variant == Variant::Any) result = ballot != 0;
  if (in.variant == Variant::All) result = ballot == lanes;
  for (uint32_t lane = 0; lane < kWarp; ++lane)
    if (has_lane(lanes, lane)) {
      Thread& t = threads_[warp * kWarp + lane];
      write(t, *t.next, result);
    }
}

void ThreadBlock::match_lanes(uint32_t warp, const Instruction& in, uint32_t lanes) {
  std::array<uint64_t, kWarp> values{};
  for (uint32_t lane = 0; lane < kWarp; ++lane)
    if (has_lane(lanes, lane)) {
      const Thread& t = threads_[warp * kWarp + lane];
      values[lane] = ptx::as_integer(read(t, *t.next, 1), in.type);
    }
  for (uint32_t lane = 0; lane < kWarp; ++lane) {
    if (!has_lane(lanes, lane)) continue;
    uint32_t equal = 0;
    for (uint32_t other = 0; other < kWarp; ++other)
      if (has_lane(lanes, other) && values[other] == values[lane]) equal |= 1u << other;
    Thread& t = threads_[warp * kWarp + lane];
    const ptx::Operand& result = t.next->operands[0];
    if (in.variant == Variant::All) {
      write(t, result, equal == lanes ? equal : 0);
      if (result.second_reg >= 0) t.registers[result.second_reg] = equal == lanes;
    } else {
      write(t, result, equal);
    }
  }
}

void ThreadBlock::reduce_lanes(uint32_t warp, const Instruction& in, uint32_t lanes) {
  uint64_t result = 0;
  bool first = true;
  for (uint32_t lane = 0; lane < kWarp; ++lane) {
    if (!has_lane(lanes, lane)) continue;
    const Thread& t = threads_[warp * kWarp + lane];
    const uint64_t value = ptx::as_integer(read(t, *t.next, 1), in.type);
    result = first ? value : atomic_result(in, result, value, 0);
    first = false;
  }
  for (uint32_t lane = 0; lane < kWarp; ++lane)
    if (has_lane(lanes, lane)) {
      Thread& t = threads_[warp * kWarp + lane];
      write(t, *t.next, result);
    }
}

}  // namespace nonneg::emulated
