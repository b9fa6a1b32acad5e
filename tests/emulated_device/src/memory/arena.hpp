// SPDX-License-Identifier: Apache-2.0
// Device memory: one reserved address range that never reuses addresses, guard zones around every
// allocation, bytes poisoned with 0xFF (NaN), and per allocation what has been written and by whom.
// Pinned host memory and module variables are registered here too: kernels may touch nothing else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <type_traits>

namespace nonneg::emulated {

/// Who touched four bytes of global memory last, inside the current launch.
struct LaunchAccess {
  std::uint32_t launch = 0;
  std::uint32_t thread = 0;  ///< block number * 1024 + thread number in the block
  std::uint32_t epoch = 0;   ///< the block's barrier count
  std::uint64_t clock = 0;
};
struct LaunchGranule {
  LaunchAccess writer, reader;
  bool atomic_writer = false;
  bool several_readers = false;
  bool several_reading_blocks = false;
};

/// Which operations touched four bytes last: see race/operation_races.hpp.
struct OperationGranule {
  std::uint32_t writer = 0;
  std::uint32_t reader = 0, earlier_reader = 0;
};

/// An array whose bytes are zero and take no memory until they are written.
template <class T>
class ZeroArray {
 public:
  static_assert(std::is_trivially_copyable_v<T>);

  ZeroArray() = default;
  explicit ZeroArray(std::size_t count)
      : elements_(static_cast<T*>(std::calloc(count, sizeof(T))), &std::free) {
    if (elements_ == nullptr) throw std::bad_alloc();
  }
  bool empty() const { return elements_ == nullptr; }
  T* data() { return elements_.get(); }
  const T* data() const { return elements_.get(); }
  T& operator[](std::size_t i) { return elements_.get()[i]; }

 private:
  std::unique_ptr<T, decltype(&std::free)> elements_{nullptr, &std::free};
};

struct Allocation {
  std::uint64_t begin = 0, end = 0;
  int device = 0;
  bool tracks_initialisation = false;
  ZeroArray<std::uint8_t> written;  ///< one flag per byte
  bool has_launch_shadow = false;
  ZeroArray<LaunchGranule> launch_shadow;        ///< made at the first access of a kernel
  ZeroArray<OperationGranule> operation_shadow;  ///< made at the first access

  std::uint64_t size() const { return end - begin; }
  bool contains(std::uint64_t address, std::uint64_t bytes) const {
    return address >= begin && bytes <= size() && address - begin <= size() - bytes;
  }
};

/// Device memory is readable and writable by host code while one of these lives (they nest);
/// outside, host access to it is a trap that names the mistake.
class DeviceAccess {
 public:
  DeviceAccess();
  ~DeviceAccess();
  DeviceAccess(const DeviceAccess&) = delete;
  DeviceAccess& operator=(const DeviceAccess&) = delete;
};

/// Null where the device has not that much memory.
void* allocate_device(std::size_t bytes, int device);
/// False: no live device allocation begins there.
bool free_device(void* pointer);
/// Storage of a module variable; lives as long as the process.
void* allocate_static(std::size_t bytes, int alignment);

void register_host(void* pointer, std::size_t bytes);
bool unregister_host(void* pointer);

/// Inside the device's address range, live or not.
bool is_device_address(const void* pointer);
/// The whole range lies in one live allocation that kernels may touch (device, pinned or static).
bool is_accessible(const void* pointer, std::size_t bytes);
/// The whole range is host memory that the device may touch.
bool is_pinned(const void* pointer, std::size_t bytes);
/// Bytes of the live allocation that starts there; 0: none.
std::size_t allocation_size(const void* pointer);
/// Bytes that live allocations of a device take.
std::uint64_t live_bytes_of(int device);
/// Number of live device allocations; their bytes go to `bytes`.
int live_allocations(std::uint64_t* bytes);

/// The allocation that an address lies in, null: none. Valid until the generation changes.
Allocation* find_allocation(std::uint64_t address);
/// The allocation with the highest start at or below the address, null: none.
const Allocation* nearest_below(std::uint64_t address);
/// Changes with every allocation and free.
std::uint64_t memory_generation();

/// Marks bytes as written, or as never written.
void mark_written(const void* pointer, std::size_t bytes);
void mark_unwritten(const void* pointer, std::size_t bytes);
/// Reports a read of never-written bytes. `reader` names the operation.
void check_written(const void* pointer, std::size_t bytes, const char* reader);

}  // namespace nonneg::emulated
