// SPDX-License-Identifier: Apache-2.0
#include "cli/memory_reserve.hpp"

#include <atomic>
#include <cstdlib>
#include <new>

namespace nonneg::cli {
namespace {

constexpr std::size_t kReserveBytes = std::size_t{4} << 20U;

std::atomic<void*> reserve = nullptr;

void give_way() {
  std::free(reserve.exchange(nullptr));
  throw std::bad_alloc();
}

}  // namespace

void keep_memory_reserve() noexcept {
  reserve = std::malloc(kReserveBytes);
  std::set_new_handler(give_way);
}

}  // namespace nonneg::cli
