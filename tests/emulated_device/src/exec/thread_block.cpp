// SPDX-License-Identifier: Apache-2.0
#include "thread_block.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "../findings.hpp"
#include "../text.hpp"

namespace nonneg::emulated {
namespace {

constexpr std::uint64_t kUnsetRegister = 0xDEADBEEFDEADBEEFull;
constexpr std::uint64_t kThreadQuantum =
    20000;  ///< instructions a thread runs at most before the next one
constexpr std::size_t kMaxCallDepth = 200;
constexpr std::uint64_t kSharedSlack = 16;
constexpr std::size_t kMaxSpareStorages = 16;

/// Storage of blocks that are done.
std::vector<std::unique_ptr<BlockStorage>>& spare_storages() {
  static auto* spare = new std::vector<std::unique_ptr<BlockStorage>>;
  return *spare;
}

std::unique_ptr<BlockStorage> take_storage() {
  auto& spare = spare_storages();
  if (spare.empty()) return std::make_unique<BlockStorage>();
  auto storage = std::move(spare.back());
  spare.pop_back();
  return storage;
}

/// The first `count` threads, as new ones. Their frames keep the memory that they have.
std::span<Thread> fresh_threads(BlockStorage& storage, std::size_t count) {
  if (storage.threads.size() < count) storage.threads.resize(count);
  const std::span<Thread> threads(storage.threads.data(), count);
  for (Thread& t : threads) {
    std::vector<Frame> frames = std::move(t.frames);
    frames.clear();
    t = Thread();
    t.frames = std::move(frames);
  }
  return threads;
}

}  // namespace

ExecutionCounters& execution_counters() {
  static ExecutionCounters counters;
  return counters;
}

ThreadBlock::ThreadBlock(Launch& launch, Extent position, std::uint32_t number)
    : launch_(launch),
      position_(position),
      number_(number),
      thread_count_(static_cast<std::uint32_t>(launch.block.count())),
      live_(thread_count_),
      dynamic_shared_offset_((launch.kernel->shared_size + 127) / 128 * 128),
      storage_(take_storage()),
      threads_(fresh_threads(*storage_, thread_count_)),
      shared_(storage_->shared),
      shared_shadow_(storage_->shared_shadow),
      first_epoch_(++execution_counters().epochs),
      epoch_(first_epoch_),
      warp_epochs_((thread_count_ + 31) / 32, 0) {
  const ptx::Function& kernel = *launch.kernel;
  const auto register_count = static_cast<std::size_t>(kernel.register_count);
  storage_->registers.assign(register_count * thread_count_, kUnsetRegister);
  storage_->local.assign(launch.local_size * thread_count_, 0xFF);
  shared_.assign(dynamic_shared_offset_ + launch.dynamic_shared + kSharedSlack, 0xFF);
  if (launch.check_races && shared_shadow_.size() < shared_.size())
    shared_shadow_.resize(shared_.size());
  for (std::uint32_t i = 0; i < thread_count_; ++i) {
    Thread& t = threads_[i];
    t.registers = storage_->registers.data() + i * register_count;
    t.next = kernel.code.data();
    t.index = i;
    t.lane = i & 31;
    t.warp = i >> 5;
    t.x = i % launch.block.x;
    t.y = i / launch.block.x % launch.block.y;
    t.z = i / (launch.block.x * launch.block.y);
    if (launch.local_size > 0) t.local = storage_->local.data() + i * launch.local_size;
    Frame& frame = t.frames.emplace_back();
    frame.function = &kernel;
    if (kernel.param_size > 0) frame.params.reset(new std::uint8_t[kernel.param_size + 16]);
    t.params = frame.params.get();
  }
}

ThreadBlock::~ThreadBlock() {
  if (spare_storages().size() < kMaxSpareStorages) spare_storages().push_back(std::move(storage_));
}

std::string ThreadBlock::where(const Thread& t, const ptx::Instruction& in) const {
  const std::string source =
      in.source_line > 0 ? format(" (source line %d)", in.source_line) : std::string();
  return format("kernel %s block(%u,%u,%u) thread(%u,%u,%u) ptx line %d%s: %s %s",
                launch_.kernel->name.c_str(), position_.x, position_.y, position_.z, t.x, t.y, t.z,
                in.line, source.c_str(), in.mnemonic.c_str(), in.last_operand.c_str());
}

std::string ThreadBlock::site_key(const ptx::Instruction& in) const {
  return launch_.kernel->name + ":" + std::to_string(in.line);
}

std::uint64_t ThreadBlock::special_register(const Thread& t, ptx::Special s) const {
  using ptx::Special;
  const auto below = [](std::uint32_t lane) { return (std::uint64_t{1} << lane) - 1; };
  switch (s) {
    case Special::TidX:
      return t.x;
    case Special::TidY:
      return t.y;
    case Special::TidZ:
      return t.z;
    case Special::NtidX:
      return launch_.block.x;
    case Special::NtidY:
      return launch_.block.y;
    case Special::NtidZ:
      return launch_.block.z;
    case Special::CtaidX:
      return position_.x;
    case Special::CtaidY:
      return position_.y;
    case Special::CtaidZ:
      return position_.z;
    case Special::NctaidX:
      return launch_.grid.x;
    case Special::NctaidY:
      return launch_.grid.y;
    case Special::NctaidZ:
      return launch_.grid.z;
    case Special::LaneId:
      return t.lane;
    case Special::WarpId:
      return t.warp;
    case Special::WarpCount:
      return (thread_count_ + 31) / 32;
    case Special::Clock:
      return ++execution_counters().instructions;
    case Special::LaneMaskEq:
      return std::uint64_t{1} << t.lane;
    case Special::LaneMaskLt:
      return below(t.lane);
    case Special::LaneMaskLe:
      return below(t.lane + 1);
    case Special::LaneMaskGt:
      return static_cast<std::uint32_t>(~below(t.lane + 1));
    case Special::LaneMaskGe:
      return static_cast<std::uint32_t>(~below(t.lane));
    case Special::DynamicSharedSize:
      return launch_.dynamic_shared;
    case Special::TotalSharedSize:
      return dynamic_shared_offset_ + launch_.dynamic_shared;
    case Special::MultiprocessorCount:
    case Special::One:
      return 1;
    case Special::GridWorkspaceHigh:
      return launch_.grid_workspace >> 32;
    case Special::GridWorkspaceLow:
      return static_cast<std::uint32_t>(launch_.grid_workspace);
    case Special::Zero:
      return 0;
  }
  return 0;
}

std::uint64_t ThreadBlock::read_other(const Thread& t, const ptx::Operand& o) const {
  using Kind = ptx::Operand::Kind;
  switch (o.kind) {
    case Kind::NegatedRegister:
      return (t.registers[o.reg] & 1) ^ 1;
    case Kind::Immediate:
    case Kind::FunctionAddress:
      return o.value;
    case Kind::Special:
      return special_register(t, o.special);
    case Kind::Local:
      return t.local_base + o.value;
    case Kind::Param:
      return reinterpret_cast<std::uint64_t>(t.params) + o.value;
    case Kind::KernelParam:
      return reinterpret_cast<std::uint64_t>(launch_.parameters.data()) + o.value;
    case Kind::DynamicShared:
      return dynamic_shared_offset_ + o.value;
    case Kind::Sink:
      return 0;
    default:
      throw DeviceError(719, "operand that has no value");
  }
}

void ThreadBlock::run(Thread& t, std::uint64_t quantum) {
  std::uint64_t executed = 0;
  while (executed < quantum) {
    const ptx::Instruction& in = *t.next;
    ++executed;
    if (in.guard >= 0 && ((t.registers[in.guard] & 1) != 0) == in.guard_negated) {
      ++t.next;
      continue;
    }
    const ptx::Flow flow = in.handler(*this, t, in);
    if (flow == ptx::Flow::Next)
      ++t.next;
    else if (flow == ptx::Flow::Blocked)
      break;
  }
  execution_counters().instructions += executed;
}

ptx::Flow ThreadBlock::enter_function(Thread& t, const ptx::Instruction& call,
                                      const ptx::Function& f) {
  const Frame& caller = t.frames.back();
  if (t.frames.size() > kMaxCallDepth) throw DeviceError(719, "call depth, " + where(t, call));
  Frame frame;
  frame.function = &f;
  frame.call = &call;
  frame.caller_registers = t.registers;
  frame.local_base = t.local_base + (caller.function->local_size + 15) / 16 * 16;
  if (f.local_size > 0 && frame.local_base + f.local_size > launch_.local_size)
    throw DeviceError(719, "local stack, " + where(t, call));
  frame.params.reset(new std::uint8_t[f.param_size + 16]);
  for (std::size_t i = 0; i < call.call_arguments.size(); ++i)
    std::memcpy(frame.params.get() + f.parameters[i].address,
                reinterpret_cast<const void*>(read(t, call.call_arguments[i])),
                f.parameters[i].size);
  const auto register_count = static_cast<std::size_t>(f.register_count);
  frame.registers.reset(new std::uint64_t[register_count]);
  std::fill_n(frame.registers.get(), register_count, kUnsetRegister);
  t.registers = frame.registers.get();
  t.params = frame.params.get();
  t.local_base = frame.local_base;
  t.next = f.code.data();
  t.frames.push_back(std::move(frame));
  return ptx::Flow::Jumped;
}

ptx::Flow ThreadBlock::leave_function(Thread& t) {
  if (t.frames.size() == 1) return finish(t);
  const Frame done = std::move(t.frames.back());
  t.frames.pop_back();
  t.registers = done.caller_registers;
  t.params = t.frames.back().params.get();
  t.local_base = t.frames.back().local_base;
  t.next = done.call + 1;
  for (std::size_t i = 0; i < done.call->call_returns.size(); ++i)
    std::memcpy(reinterpret_cast<void*>(read(t, done.call->call_returns[i])),
                done.params.get() + done.function->returns[i].address,
                done.function->returns[i].size);
  return ptx::Flow::Jumped;
}

ptx::Flow ThreadBlock::finish(Thread& t) {
  t.state = Thread::State::Done;
  --live_;
  return ptx::Flow::Blocked;
}

bool ThreadBlock::step(std::uint64_t quantum) {
  const std::uint64_t start = execution_counters().instructions;
  std::vector<std::uint32_t> order(thread_count_);
  std::iota(order.begin(), order.end(), 0u);
  while (live_ > 0) {
    if (launch_.shuffle) std::shuffle(order.begin(), order.end(), launch_.random);
    bool progress = false;
    for (const std::uint32_t i : order) {
      if (threads_[i].state != Thread::State::Running) continue;
      run(threads_[i], kThreadQuantum);
      progress = true;
    }
    if (resolve_warps()) progress = true;
    if (resolve_barriers()) progress = true;
    if (live_ > 0 && !progress) fail_deadlock();
    if (live_ > 0 && execution_counters().instructions - start > quantum) return false;
  }
  return true;
}

void ThreadBlock::fail_deadlock() const {
  std::map<std::string, int> waiting;
  for (const Thread& t : threads_)
    if (t.state != Thread::State::Done)
      ++waiting[format("%s line %d", t.next->mnemonic.c_str(), t.next->line)];
  std::string places;
  for (const auto& [place, count] : waiting) places += format(" [%d at %s]", count, place.c_str());
  throw DeviceError(702,
                    format("deadlock in kernel %s block(%u,%u,%u):%s", launch_.kernel->name.c_str(),
                           position_.x, position_.y, position_.z, places.c_str()));
}

}  // namespace nonneg::emulated
