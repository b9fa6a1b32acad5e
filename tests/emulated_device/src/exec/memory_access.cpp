// SPDX-License-Identifier: Apache-2.0
// What every load and store of a kernel is checked for: window, bounds, alignment, initialisation,
// races.
#include "../findings.hpp"
#include "../text.hpp"
#include "thread_block.hpp"

namespace nonneg::emulated {
namespace {

using Unsigned = unsigned long long;

/// Describes the access when a race between operations is to be reported.
class KernelSite final : public AccessSite {
 public:
  KernelSite(const ThreadBlock& block, const Thread& thread, const ptx::Instruction& in)
      : block_(block), thread_(thread), instruction_(in) {}
  std::string text() const override { return block_.where(thread_, instruction_); }

 private:
  const ThreadBlock& block_;
  const Thread& thread_;
  const ptx::Instruction& instruction_;
};

}  // namespace

bool ThreadBlock::in_frame_params(const Thread& t, std::uint64_t address,
                                  std::uint32_t size) const {
  for (const Frame& frame : t.frames) {
    const auto begin = reinterpret_cast<std::uint64_t>(frame.params.get());
    if (begin != 0 && address >= begin && address + size <= begin + frame.function->param_size)
      return true;
  }
  return false;
}

ThreadBlock::Access ThreadBlock::access(Thread& t, const ptx::Instruction& in,
                                        std::uint64_t address, std::uint32_t size,
                                        AccessKind kind) {
  ptx::Space space = in.space;
  if (space == ptx::Space::Param) return {reinterpret_cast<std::uint8_t*>(address), nullptr};
  if (space == ptx::Space::Generic) {
    const auto parameters = reinterpret_cast<std::uint64_t>(launch_.parameters.data());
    if (in_shared_window(address)) {
      space = ptx::Space::Shared;
      address -= shared_window();
    } else if (in_local_window(t, address)) {
      space = ptx::Space::Local;
      address -= reinterpret_cast<std::uint64_t>(t.local);
    } else if ((kind == AccessKind::Load && address >= parameters &&
                address + size <= parameters + launch_.parameters.size()) ||
               in_frame_params(t, address, size)) {
      return {reinterpret_cast<std::uint8_t*>(address), nullptr};
    }
  }
  if (space == ptx::Space::Shared) return shared_access(t, in, address, size, kind);
  if (space == ptx::Space::Local) {
    if (address + size > launch_.local_size)
      throw DeviceError(700, "local access out of bounds, " + where(t, in));
    return {t.local + address, nullptr};
  }
  return global_access(t, in, address, size, kind);
}

ThreadBlock::Access ThreadBlock::shared_access(Thread& t, const ptx::Instruction& in,
                                               std::uint64_t offset, std::uint32_t size,
                                               AccessKind kind) {
  offset = static_cast<std::uint32_t>(offset);
  if (offset % size != 0)
    throw DeviceError(716, "misaligned shared access, " + where(t, in) +
                               format(" offset %llu size %u", static_cast<Unsigned>(offset), size));
  const std::uint64_t window = launch_.dynamic_shared > 0
                                   ? dynamic_shared_offset_ + launch_.dynamic_shared
                                   : launch_.kernel->shared_size;
  if (offset + size > window)
    throw DeviceError(
        700, "shared access out of bounds, " + where(t, in) +
                 format(" offset %llu size %u, window %llu", static_cast<Unsigned>(offset), size,
                        static_cast<Unsigned>(window)));
  if (launch_.check_races) check_shared_race(t, in, offset, size, kind);
  return {shared_.data() + offset, nullptr};
}

ThreadBlock::Access ThreadBlock::global_access(Thread& t, const ptx::Instruction& in,
                                               std::uint64_t address, std::uint32_t size,
                                               AccessKind kind) {
  const bool writes = kind != AccessKind::Load;
  const bool reads = kind != AccessKind::Store;
  if (address % size != 0)
    throw DeviceError(716,
                      "misaligned global access, " + where(t, in) +
                          format(" address %llx size %u", static_cast<Unsigned>(address), size));
  ptx::AllocationCache& cache = in.cache;
  if (cache.generation != memory_generation() || address < cache.begin ||
      address + size > cache.end) {
    Allocation* found = find_allocation(address);
    if (found == nullptr || address + size > found->end) {
      std::string nearest;
      if (const Allocation* below = nearest_below(address))
        nearest = format("; nearest allocation below: [%llx, +%llu), access at +%llu",
                         static_cast<Unsigned>(below->begin), static_cast<Unsigned>(below->size()),
                         static_cast<Unsigned>(address - below->begin));
      throw DeviceError(
          700, format("global %s out of bounds, ", writes ? "write" : "read") + where(t, in) +
                   format(" address %llx size %u", static_cast<Unsigned>(address), size) + nearest);
    }
    cache = {memory_generation(), found->begin, found->end, found};
  }
  Allocation& allocation = *cache.allocation;
  if (launch_.check_initialisation && allocation.tracks_initialisation) {
    std::uint8_t* written = allocation.written.data() + (address - allocation.begin);
    bool any_written = !reads;
    for (std::uint32_t i = 0; !any_written && i < size; ++i) any_written = written[i] != 0;
    if (!any_written)
      report("uninitialised global read", site_key(in),
             where(t, in) +
                 format(" allocation +%llu", static_cast<Unsigned>(address - allocation.begin)));
    if (writes)
      for (std::uint32_t i = 0; i < size; ++i) written[i] = 1;
  }
  if (in.space != ptx::Space::Const) {
    if (writes) execution_counters().bytes_stored += size;
    if (reads) execution_counters().bytes_loaded += size;
    if (operation_races_active()) {
      const KernelSite site(*this, t, in);
      record_operation_access(allocation, address, size, writes, kind == AccessKind::Atomic, &site);
    }
  }
  return {reinterpret_cast<std::uint8_t*>(address), &allocation};
}

// Two accesses of different threads to a byte of shared memory need a barrier between them; within
// one warp a bar.warp.sync is enough. Epochs count the block's barriers, warp epochs those of the
// warp.
void ThreadBlock::check_shared_race(Thread& t, const ptx::Instruction& in, std::uint64_t offset,
                                    std::uint32_t size, AccessKind kind) {
  const bool atomic = kind == AccessKind::Atomic;
  const bool writes = kind != AccessKind::Load;
  const auto conflicts = [&](std::int32_t other, std::uint32_t epoch, std::uint32_t warp_epoch) {
    if (other < 0 || epoch < epoch_ || static_cast<std::uint32_t>(other) == t.index) return false;
    return static_cast<std::uint32_t>(other) >> 5 != t.warp || warp_epoch == warp_epochs_[t.warp];
  };
  const auto complain = [&](const char* kind_text, std::uint64_t byte, const char* relation,
                            std::int32_t other) {
    report(kind_text, site_key(in),
           where(t, in) +
               format(" shared offset %llu, %s %d", static_cast<Unsigned>(byte), relation, other));
  };
  for (std::uint64_t i = offset; i < offset + size; ++i) {
    SharedByte& b = shared_shadow_[i];
    const bool write_conflict =
        !(atomic && b.atomic_writer) && conflicts(b.writer, b.write_epoch, b.write_warp_epoch);
    if (kind != AccessKind::Store) {
      if (b.writer < 0 || b.write_epoch < first_epoch_)
        report("uninitialised shared read", site_key(in),
               where(t, in) + format(" shared offset %llu", static_cast<Unsigned>(i)));
      else if (write_conflict)
        complain("shared-memory race (read after write, no barrier)", i, "written by thread",
                 b.writer);
    }
    if (!writes) {
      if (b.read_epoch != epoch_)
        b.several_readers = false;
      else if (b.reader >= 0 && static_cast<std::uint32_t>(b.reader) >> 5 != t.warp)
        b.several_readers = true;
      b.reader = static_cast<std::int32_t>(t.index);
      b.read_epoch = epoch_;
      b.read_warp_epoch = warp_epochs_[t.warp];
      continue;
    }
    if (write_conflict)
      complain("shared-memory race (write after write, no barrier)", i, "other thread", b.writer);
    if (!atomic && b.reader >= 0 && b.read_epoch == epoch_ &&
        (b.several_readers || conflicts(b.reader, b.read_epoch, b.read_warp_epoch)))
      complain("shared-memory race (write after read, no barrier)", i, "read by thread", b.reader);
    b.writer = static_cast<std::int32_t>(t.index);
    b.write_epoch = epoch_;
    b.write_warp_epoch = warp_epochs_[t.warp];
    b.atomic_writer = atomic;
    b.reader = -1;
    b.several_readers = false;
  }
}

bool ThreadBlock::ordered_with(const LaunchAccess& other, std::uint32_t me) const {
  if (other.thread == me) return true;
  if (other.thread / 1024 == number_ && other.epoch < epoch_) return true;
  return other.clock < last_fence_;
}

// Any atomic, volatile or acquiring access and any fence of a block counts as synchronising it with
// everything earlier: what is reported has no such excuse.
void ThreadBlock::check_launch_race(Thread& t, const ptx::Instruction& in, Allocation& a,
                                    std::uint64_t address, std::uint32_t size, AccessKind kind,
                                    bool unchanged) {
  if (!launch_.check_races) return;
  const bool atomic = kind == AccessKind::Atomic;
  const bool writes = kind != AccessKind::Load;
  if (atomic || in.strong) synchronise();
  if (size < 4 || (in.strong && kind == AccessKind::Load)) return;
  if (a.launch_shadow.empty()) {
    if (!a.has_launch_shadow) return;
    a.launch_shadow = ZeroArray<LaunchGranule>((a.size() + 3) / 4);
  }
  const std::uint32_t me = number_ * 1024 + t.index;
  const std::uint64_t first = (address - a.begin) / 4;
  const std::uint64_t last = (address - a.begin + size + 3) / 4;
  for (std::uint64_t i = first; i < last; ++i) {
    LaunchGranule& g = a.launch_shadow[i];
    const bool excused = (g.atomic_writer && (atomic || in.strong)) || (writes && unchanged);
    if (g.writer.launch == launch_.number && !excused && !ordered_with(g.writer, me))
      report(writes ? "global-memory race (two threads write)"
                    : "global-memory race (read of another thread's write)",
             site_key(in),
             where(t, in) + format(" allocation +%llu, written by block %u thread %u",
                                   static_cast<Unsigned>(i * 4), g.writer.thread / 1024,
                                   g.writer.thread % 1024));
    if (writes && !atomic && !unchanged && g.reader.launch == launch_.number) {
      const bool fenced = g.reader.clock < last_fence_;
      const bool ordered = ordered_with(g.reader, me) &&
                           (!g.several_readers || g.reader.epoch < epoch_ || fenced) &&
                           (!g.several_reading_blocks || fenced);
      if (!ordered)
        report("global-memory race (write to what another thread reads)", site_key(in),
               where(t, in) + format(" allocation +%llu, read by block %u thread %u",
                                     static_cast<Unsigned>(i * 4), g.reader.thread / 1024,
                                     g.reader.thread % 1024));
    }
    const LaunchAccess mine{launch_.number, me, epoch_, ++execution_counters().clock};
    if (writes) {
      g.writer = mine;
      g.atomic_writer = atomic;
      g.reader.launch = 0;
    } else {
      const bool again = g.reader.launch == launch_.number;
      g.several_readers =
          again && (g.several_readers || g.reader.thread != me) && g.reader.epoch == epoch_;
      g.several_reading_blocks =
          again && (g.several_reading_blocks || g.reader.thread / 1024 != number_);
      g.reader = mine;
    }
  }
}

}  // namespace nonneg::emulated
