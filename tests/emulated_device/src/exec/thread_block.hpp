// SPDX-License-Identifier: Apache-2.0
// A launch, its blocks and their threads. Threads are interpreted one at a time; a thread runs
// until it ends, waits at a barrier or a warp collective, or has used its share of instructions.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "../memory/arena.hpp"
#include "../ptx/program.hpp"
#include "../race/operation_races.hpp"

namespace nonneg::emulated {

struct Extent {
  std::uint32_t x = 1, y = 1, z = 1;
  std::uint64_t count() const { return std::uint64_t{x} * y * z; }
};

/// A kernel launch in progress.
struct Launch {
  const ptx::Module* module = nullptr;
  const ptx::Function* kernel = nullptr;
  Extent grid, block;
  std::uint64_t dynamic_shared = 0;  ///< bytes
  std::vector<std::uint8_t> parameters;
  std::uint64_t local_size = 0;      ///< bytes of local memory of one thread
  std::uint64_t grid_workspace = 0;  ///< address for grid-wide barriers, 0: not cooperative
  std::uint32_t number = 0;
  bool shuffle = false;
  bool check_races = true;
  bool check_initialisation = true;
  std::mt19937 random;
};

/// Counts over all launches.
struct ExecutionCounters {
  std::uint64_t instructions = 0;
  std::uint64_t bytes_loaded = 0, bytes_stored = 0;  ///< global memory
  std::uint32_t launches = 0;
  std::uint32_t epochs = 1;  ///< numbers barriers of all blocks
  std::uint64_t clock = 1;   ///< numbers accesses and fences
};
ExecutionCounters& execution_counters();

/// An activation of a function.
struct Frame {
  const ptx::Function* function = nullptr;
  const ptx::Instruction* call = nullptr;  ///< the call that made it, null for the kernel
  std::unique_ptr<std::uint64_t[]>
      registers;  ///< of a called function; a kernel's lie in the block
  std::uint64_t* caller_registers = nullptr;
  std::uint64_t local_base = 0;
  std::unique_ptr<std::uint8_t[]> params;
};

struct Thread {
  enum class State : std::uint8_t { Running, AtBarrier, AtWarpCollective, Done };

  std::uint64_t* registers = nullptr;
  const ptx::Instruction* next = nullptr;
  State state = State::Running;
  std::uint32_t x = 0, y = 0, z = 0;
  std::uint32_t index = 0;  ///< in the block
  std::uint32_t lane = 0, warp = 0;
  std::uint8_t* local = nullptr;
  std::uint8_t* params = nullptr;  ///< of the innermost frame
  std::uint64_t local_base = 0;    ///< of the innermost frame
  std::uint32_t barrier = 0;
  std::uint32_t barrier_threads = 0;
  std::vector<Frame> frames;
};

/// Who touched a byte of shared memory last. Epochs before a block's first are of another block,
/// whose storage it has taken over.
struct SharedByte {
  std::int32_t writer = -1, reader = -1;
  std::uint32_t write_epoch = 0, write_warp_epoch = 0;
  std::uint32_t read_epoch = 0, read_warp_epoch = 0;
  bool several_readers = false;
  bool atomic_writer = false;
};

/// What the memory of blocks is made of. It is handed on from block to block, as most launches are
/// shorter than it takes to make anew.
struct BlockStorage {
  std::vector<Thread> threads;
  std::vector<std::uint64_t> registers;
  std::vector<std::uint8_t> local;
  std::vector<std::uint8_t> shared;
  std::vector<SharedByte> shared_shadow;
};

class ThreadBlock {
 public:
  ThreadBlock(Launch& launch, Extent position, std::uint32_t number);
  ~ThreadBlock();
  ThreadBlock(const ThreadBlock&) = delete;
  ThreadBlock& operator=(const ThreadBlock&) = delete;

  /// Runs the block until its threads are done (true) or about `quantum` instructions were
  /// executed. Throws DeviceError for a deadlock or an access that ends the kernel.
  bool step(std::uint64_t quantum);

  std::uint64_t read(const Thread& t, const ptx::Operand& o) const {
    if (o.kind == ptx::Operand::Kind::Register) [[likely]]
      return t.registers[o.reg];
    if (o.kind == ptx::Operand::Kind::Immediate) return o.value;
    return read_other(t, o);
  }
  std::uint64_t read(const Thread& t, const ptx::Instruction& in, int index) const {
    return read(t, in.operands[static_cast<std::size_t>(index)]);
  }
  static void write(Thread& t, const ptx::Operand& o, std::uint64_t bits) {
    if (o.kind == ptx::Operand::Kind::Register) t.registers[o.reg] = bits;
  }
  static void write(Thread& t, const ptx::Instruction& in, std::uint64_t bits) {
    write(t, in.operands[0], bits);
  }
  std::uint64_t address(const Thread& t, const ptx::Operand& o) const {
    if (o.kind == ptx::Operand::Kind::Register) [[likely]]
      return t.registers[o.reg] + o.value;
    return read_other(t, o);
  }

  /// A memory access of a thread, checked; where its bytes lie on the host.
  struct Access {
    std::uint8_t* bytes = nullptr;
    Allocation* global = nullptr;  ///< null: not global memory
  };
  enum class AccessKind { Load, Store, Atomic };
  Access access(Thread& t, const ptx::Instruction& in, std::uint64_t address, std::uint32_t size,
                AccessKind kind);
  /// Races with other threads of the launch; `unchanged`: a store of the value that was there.
  void check_launch_race(Thread& t, const ptx::Instruction& in, Allocation& allocation,
                         std::uint64_t address, std::uint32_t size, AccessKind kind,
                         bool unchanged);
  /// A fence: what this block sees from here on is ordered after everything before.
  void synchronise() { last_fence_ = ++execution_counters().clock; }

  std::uint64_t shared_window() const { return reinterpret_cast<std::uint64_t>(shared_.data()); }
  std::uint64_t shared_window_size() const { return shared_.size(); }
  std::uint64_t local_size() const { return launch_.local_size; }
  bool in_shared_window(std::uint64_t address) const {
    return address >= shared_window() && address < shared_window() + shared_.size();
  }
  bool in_local_window(const Thread& t, std::uint64_t address) const {
    const auto begin = reinterpret_cast<std::uint64_t>(t.local);
    return t.local != nullptr && address >= begin && address < begin + launch_.local_size;
  }

  ptx::Flow enter_function(Thread& t, const ptx::Instruction& call, const ptx::Function& f);
  ptx::Flow leave_function(Thread& t);
  ptx::Flow finish(Thread& t);
  ptx::Flow wait_at_barrier(Thread& t, const ptx::Instruction& in);
  static ptx::Flow wait_for_warp(Thread& t) {
    t.state = Thread::State::AtWarpCollective;
    return ptx::Flow::Blocked;
  }

  /// "kernel k block(0,0,0) thread(3,0,0) ptx line 17: ld.global.f32 [%rd1]"
  std::string where(const Thread& t, const ptx::Instruction& in) const;
  /// What makes findings at one instruction the same.
  std::string site_key(const ptx::Instruction& in) const;

 private:
  std::uint64_t read_other(const Thread& t, const ptx::Operand& o) const;
  std::uint64_t special_register(const Thread& t, ptx::Special s) const;
  void run(Thread& t, std::uint64_t quantum);

  Access shared_access(Thread& t, const ptx::Instruction& in, std::uint64_t offset,
                       std::uint32_t size, AccessKind kind);
  Access global_access(Thread& t, const ptx::Instruction& in, std::uint64_t address,
                       std::uint32_t size, AccessKind kind);
  void check_shared_race(Thread& t, const ptx::Instruction& in, std::uint64_t offset,
                         std::uint32_t size, AccessKind kind);
  bool in_frame_params(const Thread& t, std::uint64_t address, std::uint32_t size) const;
  bool ordered_with(const LaunchAccess& other, std::uint32_t me) const;

  bool resolve_warps();
  bool resolve_warp(std::uint32_t warp);
  bool lanes_ready(std::uint32_t warp, const Thread& caller, std::uint32_t mask,
                   std::uint32_t& lanes);
  void resolve_active_mask(std::uint32_t warp, const Thread& caller);
  void run_collective(std::uint32_t warp, const ptx::Instruction& in, std::uint32_t lanes);
  void shuffle_lanes(std::uint32_t warp, std::uint32_t lanes);
  void vote_lanes(std::uint32_t warp, const ptx::Instruction& in, std::uint32_t lanes);
  void match_lanes(std::uint32_t warp, const ptx::Instruction& in, std::uint32_t lanes);
  void reduce_lanes(std::uint32_t warp, const ptx::Instruction& in, std::uint32_t lanes);
  bool resolve_barriers();
  void reduce_at_barrier(const std::vector<std::uint32_t>& waiting);
  [[noreturn]] void fail_deadlock() const;

  Launch& launch_;
  Extent position_;
  std::uint32_t number_;
  std::uint32_t thread_count_, live_;
  std::uint64_t dynamic_shared_offset_;
  std::unique_ptr<BlockStorage> storage_;
  std::span<Thread> threads_;
  std::vector<std::uint8_t>& shared_;
  std::vector<SharedByte>& shared_shadow_;
  std::uint32_t first_epoch_, epoch_;
  std::vector<std::uint32_t> warp_epochs_;
  std::uint64_t last_fence_ = 0;
  std::map<std::uint32_t, std::uint32_t> arrivals_;  ///< bar.arrive, by barrier
};

/// What the launch call itself would return (a cudaError_t), 0: the launch is possible.
int check_launch(const ptx::Function& kernel, const Extent& grid, const Extent& block);

/// Runs a kernel to its end; arguments[i] points at the i-th parameter. Returns a cudaError_t.
int run_kernel(const ptx::Module& module, const ptx::Function& kernel, const Extent& grid,
               const Extent& block, std::uint64_t dynamic_shared, void* const* arguments,
               bool cooperative);

}  // namespace nonneg::emulated
