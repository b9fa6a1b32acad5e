// SPDX-License-Identifier: Apache-2.0
// Running the blocks of a launch.
#include <algorithm>
#include <cstring>

#include "../findings.hpp"
#include "../settings.hpp"
#include "../text.hpp"
#include "thread_block.hpp"

namespace nonneg::emulated {
namespace {

constexpr std::uint64_t kSharedQuantum = 200000;  ///< instructions of a block while others wait
constexpr std::uint64_t kSoleQuantum = 4000000;
constexpr std::uint64_t kBlockNumbers = 4194303;  ///< so that block * 1024 + thread fits 32 bits

/// Memory that grid-wide barriers of cooperative launches use; its first word is its size.
std::uint64_t fresh_grid_workspace() {
  constexpr std::size_t kWords = 64;
  static auto* words = static_cast<std::uint32_t*>(allocate_static(kWords * 4, 64));
  std::memset(words, 0, kWords * 4);
  words[0] = kWords * 4;
  return reinterpret_cast<std::uint64_t>(words);
}

Launch make_launch(const ptx::Module& module, const ptx::Function& kernel, const Extent& grid,
                   const Extent& block, std::uint64_t dynamic_shared, void* const* arguments) {
  Launch launch;
  launch.module = &module;
  launch.kernel = &kernel;
  launch.grid = grid;
  launch.block = block;
  launch.dynamic_shared = dynamic_shared;
  launch.local_size = kernel.local_size;
  if (module.has_callees) launch.local_size += module.callee_local_size + 1024;
  launch.local_size = (launch.local_size + 15) / 16 * 16;
  std::uint64_t size = 0;
  for (const auto& p : kernel.parameters) size = std::max(size, p.address + p.size);
  launch.parameters.assign(size + 16, 0);
  for (std::size_t i = 0; i < kernel.parameters.size(); ++i)
    std::memcpy(launch.parameters.data() + kernel.parameters[i].address, arguments[i],
                kernel.parameters[i].size);
  const Settings& s = settings();
  launch.shuffle = s.shuffle_threads;
  launch.random.seed(s.shuffle_threads ? s.seed : 0);
  launch.check_races = s.race_check;
  launch.check_initialisation = s.init_check;
  launch.number = ++execution_counters().launches;
  return launch;
}

/// The order in which blocks start; empty: ascending.
std::vector<std::uint64_t> block_order(Launch& launch) {
  const bool reverse = settings().reverse_blocks;
  if (!launch.shuffle && !reverse) return {};
  const std::uint64_t count = launch.grid.count();
  std::vector<std::uint64_t> order(count);
  for (std::uint64_t i = 0; i < count; ++i) order[i] = reverse ? count - 1 - i : i;
  if (launch.shuffle) std::shuffle(order.begin(), order.end(), launch.random);
  return order;
}

void run_blocks(Launch& launch) {
  const std::uint64_t count = launch.grid.count();
  const std::uint64_t start = execution_counters().instructions;
  const std::vector<std::uint64_t> order = block_order(launch);
  std::vector<std::unique_ptr<ThreadBlock>> resident;
  for (std::uint64_t next = 0; next < count || !resident.empty();) {
    if (next < count && resident.size() < settings().resident_blocks) {
      const std::uint64_t k = order.empty() ? next : order[next];
      ++next;
      Extent position;
      position.x = static_cast<std::uint32_t>(k % launch.grid.x);
      position.y = static_cast<std::uint32_t>(k / launch.grid.x % launch.grid.y);
      position.z = static_cast<std::uint32_t>(k / launch.grid.x / launch.grid.y);
      resident.push_back(std::make_unique<ThreadBlock>(
          launch, position, static_cast<std::uint32_t>(k % kBlockNumbers)));
      std::swap(resident.back(), resident.front());
    }
    const std::uint64_t quantum = resident.size() > 1 ? kSharedQuantum : kSoleQuantum;
    std::erase_if(resident, [&](const auto& block) { return block->step(quantum); });
    if (execution_counters().instructions - start > settings().max_instructions)
      throw DeviceError(
          702, "kernel " + launch.kernel->name +
                   ": more than NONNEG_EMU_MAX_MINSTR million instructions (endless loop?)");
  }
}

}  // namespace

int check_launch(const ptx::Function& kernel, const Extent& grid, const Extent& block) {
  if (grid.count() == 0 || block.count() == 0 || block.count() > 1024 || block.x > 1024 ||
      block.y > 1024 || block.z > 64 || grid.y > 65535 || grid.z > 65535 || grid.x > 2147483647u) {
    report("invalid launch configuration", kernel.name,
           format("%s grid %u,%u,%u block %u,%u,%u", kernel.name.c_str(), grid.x, grid.y, grid.z,
                  block.x, block.y, block.z));
    return 9;
  }
  if (kernel.max_threads > 0 && block.count() > static_cast<std::uint64_t>(kernel.max_threads)) {
    report("block larger than the kernel's launch bounds", kernel.name);
    return 701;
  }
  return 0;
}

int run_kernel(const ptx::Module& module, const ptx::Function& kernel, const Extent& grid,
               const Extent& block, std::uint64_t dynamic_shared, void* const* arguments,
               bool cooperative) {
  const DeviceAccess access;
  Launch launch = make_launch(module, kernel, grid, block, dynamic_shared, arguments);
  if (cooperative) launch.grid_workspace = fresh_grid_workspace();
  try {
    run_blocks(launch);
  } catch (const DeviceError& error) {
    report_device_error(error.code, error.what());
    return error.code;
  }
  return 0;
}

}  // namespace nonneg::emulated
