// SPDX-License-Identifier: Apache-2.0
#include "arena.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <vector>

#include "../findings.hpp"
#include "../settings.hpp"
#include "../text.hpp"

namespace nonneg::emulated {
namespace {

constexpr std::uint64_t kGuardBytes = 256;
constexpr std::uint64_t kArenaBytes = std::uint64_t{1} << 39;
constexpr std::uint64_t kPage = 4096;

/// An allocation of kMappedBytes or more is a copy on write of a file of 0xFF, over and over: what
/// is never written takes no memory and no time.
constexpr std::uint64_t kMappedBytes = std::uint64_t{1} << 20;
constexpr std::uint64_t kMaxPoisonBytes = std::uint64_t{64} << 20;

struct Memory {
  std::recursive_mutex mutex;
  std::map<std::uint64_t, Allocation> allocations;
  std::array<std::uint64_t, kMaxDevices> live_bytes{};
  std::uint64_t generation = 1;
  std::uint64_t used = 0;  ///< bytes of the arena given out so far; they are never given out again
  int access_depth = 0;
  bool protects = false;
  int poison_file = -1;
  std::uint64_t poison_bytes = 0;
};

Memory& memory() {
  static auto* m = new Memory;
  return *m;
}

/// Outside of Memory because the signal handler reads it.
char* arena_begin = nullptr;

std::uint64_t address_of(const void* pointer) { return reinterpret_cast<std::uint64_t>(pointer); }

/// Bytes that an allocation takes in the arena, guard zones included.
std::uint64_t footprint(std::uint64_t bytes) {
  return (std::max<std::uint64_t>(bytes, 1) + 2 * kGuardBytes + kPage - 1) / kPage * kPage;
}

void on_segmentation_fault(int, siginfo_t* info, void*) {
  char text[256];
  const char* pattern = is_device_address(info->si_addr)
                            ? "NONNEG_EMU ERROR: host code dereferences device pointer %p\n"
                            : "NONNEG_EMU: segmentation fault at %p\n";
  const int length = std::snprintf(text, sizeof text, pattern, info->si_addr);
  if (write(STDERR_FILENO, text, static_cast<std::size_t>(length)) < 0) _exit(139);
  signal(SIGSEGV, SIG_DFL);  // the access is repeated and ends the process
}

void create_arena(Memory& m) {
  if (arena_begin != nullptr) return;
  m.protects = settings().protect;
  if (m.protects) {
    struct sigaction action {};
    action.sa_sigaction = on_segmentation_fault;
    action.sa_flags = SA_SIGINFO;
    sigaction(SIGSEGV, &action, nullptr);
  }
  void* range = mmap(nullptr, kArenaBytes, m.protects ? PROT_NONE : PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (range == MAP_FAILED) {
    std::perror("NONNEG_EMU: cannot reserve the device's address range");
    _exit(97);
  }
  madvise(range, kArenaBytes, MADV_HUGEPAGE);  // filling a workspace costs page faults
  arena_begin = static_cast<char*>(range);
}

/// Makes the file of 0xFF so many bytes long at least. False where it cannot be.
bool grow_poison(Memory& m, std::uint64_t size) {
  if (m.poison_file < 0) m.poison_file = memfd_create("nonneg_emu_poison", MFD_CLOEXEC);
  if (m.poison_file < 0) return false;
  const std::vector<char> poison(kMappedBytes, '\xFF');
  while (m.poison_bytes < size) {
    const auto at = static_cast<off_t>(m.poison_bytes);
    const ssize_t written = pwrite(m.poison_file, poison.data(), poison.size(), at);
    if (written <= 0) return false;
    m.poison_bytes += static_cast<std::uint64_t>(written);
  }
  return true;
}

bool map_poison(Memory& m, char* start, std::uint64_t size) {
  if (size < kMappedBytes || !grow_poison(m, std::min(size, kMaxPoisonBytes))) return false;
  for (std::uint64_t at = 0; at < size; at += kMaxPoisonBytes) {
    if (mmap(start + at, std::min(size - at, kMaxPoisonBytes), PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_FIXED | MAP_NORESERVE, m.poison_file, 0) == MAP_FAILED)
      return false;
  }
  return true;
}

/// Makes fresh pages readable, writable and full of 0xFF.
void poison_pages(Memory& m, char* start, std::uint64_t size) {
  if (map_poison(m, start, size)) return;
  mprotect(start, size, PROT_READ | PROT_WRITE);
  std::memset(start, 0xFF, size);
}

/// Gives pages that are never used again back to the system. Those that were mapped become pages
/// like their neighbours, so that the system does not keep count of thousands of ranges.
void drop_pages(char* start, std::uint64_t size) {
  if (size >= kMappedBytes &&
      mmap(start, size, PROT_READ | PROT_WRITE,
           MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0) != MAP_FAILED)
    return;
  madvise(start, size, MADV_DONTNEED);
}

void add_untracked(std::uint64_t begin, std::uint64_t bytes) {
  Memory& m = memory();
  std::lock_guard lock(m.mutex);
  Allocation a;
  a.begin = begin;
  a.end = begin + bytes;
  m.allocations[begin] = std::move(a);
  ++m.generation;
}

}  // namespace

DeviceAccess::DeviceAccess() {
  Memory& m = memory();
  m.mutex.lock();
  create_arena(m);
  if (m.protects && m.used > settings().protect_limit) {  // toggling large ranges is slow
    mprotect(arena_begin, m.used, PROT_READ | PROT_WRITE);
    m.protects = false;
  }
  if (m.access_depth++ == 0 && m.protects && m.used > 0)
    mprotect(arena_begin, m.used, PROT_READ | PROT_WRITE);
}

DeviceAccess::~DeviceAccess() {
  Memory& m = memory();
  if (--m.access_depth == 0 && m.protects && m.used > 0) mprotect(arena_begin, m.used, PROT_NONE);
  m.mutex.unlock();
}

void* allocate_device(std::size_t bytes, int device) {
  const DeviceAccess access;
  Memory& m = memory();
  const std::uint64_t size = footprint(bytes);
  if (bytes > settings().total_memory || m.used + size > kArenaBytes) return nullptr;
  char* start = arena_begin + m.used;
  m.used += size;
  poison_pages(m, start, size);
  Allocation a;
  a.begin = address_of(start) + kGuardBytes;
  a.end = a.begin + bytes;
  a.device = device;
  m.live_bytes.at(static_cast<std::size_t>(device)) += bytes;
  a.tracks_initialisation = settings().init_check;
  if (a.tracks_initialisation) a.written = ZeroArray<std::uint8_t>(std::max<std::size_t>(bytes, 1));
  a.has_launch_shadow = settings().race_check && bytes <= settings().race_check_limit;
  const std::uint64_t begin = a.begin;
  m.allocations[begin] = std::move(a);
  ++m.generation;
  return reinterpret_cast<void*>(begin);
}

bool free_device(void* pointer) {
  const DeviceAccess access;
  Memory& m = memory();
  const auto found = m.allocations.find(address_of(pointer));
  if (found == m.allocations.end() || !is_device_address(pointer)) return false;
  const std::uint64_t size = footprint(found->second.size());
  m.live_bytes.at(static_cast<std::size_t>(found->second.device)) -= found->second.size();
  m.allocations.erase(found);
  ++m.generation;
  drop_pages(static_cast<char*>(pointer) - kGuardBytes, size);
  return true;
}

void* allocate_static(std::size_t bytes, int alignment) {
  const auto multiple = static_cast<std::size_t>(alignment);
  const std::size_t size = (bytes + multiple - 1) / multiple * multiple;
  void* storage = std::aligned_alloc(multiple, size);
  std::memset(storage, 0, size);
  add_untracked(address_of(storage), bytes);
  return storage;
}

void register_host(void* pointer, std::size_t bytes) { add_untracked(address_of(pointer), bytes); }

bool unregister_host(void* pointer) {
  Memory& m = memory();
  std::lock_guard lock(m.mutex);
  ++m.generation;
  return m.allocations.erase(address_of(pointer)) != 0;
}

bool is_device_address(const void* pointer) {
  const char* p = static_cast<const char*>(pointer);
  return arena_begin != nullptr && p >= arena_begin && p < arena_begin + kArenaBytes;
}

bool is_accessible(const void* pointer, std::size_t bytes) {
  std::lock_guard lock(memory().mutex);
  const Allocation* a = find_allocation(address_of(pointer));
  return a != nullptr && a->contains(address_of(pointer), bytes);
}

bool is_pinned(const void* pointer, std::size_t bytes) {
  return !is_device_address(pointer) && is_accessible(pointer, bytes);
}

std::size_t allocation_size(const void* pointer) {
  Memory& m = memory();
  std::lock_guard lock(m.mutex);
  const auto found = m.allocations.find(address_of(pointer));
  return found == m.allocations.end() ? 0 : found->second.size();
}

std::uint64_t live_bytes_of(int device) {
  std::lock_guard lock(memory().mutex);
  return memory().live_bytes.at(static_cast<std::size_t>(device));
}

int live_allocations(std::uint64_t* bytes) {
  Memory& m = memory();
  std::lock_guard lock(m.mutex);
  int count = 0;
  std::uint64_t total = 0;
  for (const auto& [begin, allocation] : m.allocations) {
    if (!is_device_address(reinterpret_cast<const void*>(begin))) continue;
    ++count;
    total += allocation.size();
  }
  if (bytes != nullptr) *bytes = total;
  return count;
}

Allocation* find_allocation(std::uint64_t address) {
  Memory& m = memory();
  auto found = m.allocations.upper_bound(address);
  if (found == m.allocations.begin()) return nullptr;
  --found;
  return address < found->second.end ? &found->second : nullptr;
}

const Allocation* nearest_below(std::uint64_t address) {
  Memory& m = memory();
  auto found = m.allocations.upper_bound(address);
  return found == m.allocations.begin() ? nullptr : &std::prev(found)->second;
}

std::uint64_t memory_generation() { return memory().generation; }

namespace {

void set_written(const void* pointer, std::size_t bytes, int value) {
  std::lock_guard lock(memory().mutex);
  Allocation* a = find_allocation(address_of(pointer));
  if (a == nullptr || !a->tracks_initialisation) return;
  const std::uint64_t offset = address_of(pointer) - a->begin;
  std::memset(a->written.data() + offset, value, std::min<std::size_t>(bytes, a->size() - offset));
}

}  // namespace

void mark_written(const void* pointer, std::size_t bytes) { set_written(pointer, bytes, 1); }
void mark_unwritten(const void* pointer, std::size_t bytes) { set_written(pointer, bytes, 0); }

// Runs shorter than 8 bytes are padding between the fields of a structure more often than a
// mistake: a note, unless nothing at all was written.
void check_written(const void* pointer, std::size_t bytes, const char* reader) {
  std::lock_guard lock(memory().mutex);
  const Allocation* a = find_allocation(address_of(pointer));
  if (a == nullptr || !a->tracks_initialisation || bytes == 0) return;
  const std::uint64_t begin = address_of(pointer) - a->begin;
  const std::uint8_t* flags = a->written.data() + begin;
  const std::size_t count = std::min<std::size_t>(bytes, a->size() - begin);
  for (std::size_t at = 0; at < count;) {
    const auto* gap = static_cast<const std::uint8_t*>(std::memchr(flags + at, 0, count - at));
    if (gap == nullptr) return;
    const auto start = static_cast<std::size_t>(gap - flags);
    std::size_t run = 0;
    while (start + run < count && flags[start + run] == 0) ++run;
    if (run >= 8 || run == bytes) {
      report("uninitialised device memory read", reader,
             format("%s of %zu bytes, allocation of %llu bytes, +%llu: %zu bytes never written",
                    reader, bytes, static_cast<unsigned long long>(a->size()),
                    static_cast<unsigned long long>(begin + start), run));
      return;
    }
    note(format("%s reads %zu never-written bytes at +%llu of %llu (padding, or one element)",
                reader, run, static_cast<unsigned long long>(begin + start),
                static_cast<unsigned long long>(a->size())));
    at = start + run;
  }
}

}  // namespace nonneg::emulated
