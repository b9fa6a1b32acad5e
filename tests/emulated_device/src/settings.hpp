// SPDX-License-Identifier: Apache-2.0
// What the environment (NONNEG_EMU_*) asks of the emulated device. Read once, at the first use;
// tests may change the mutable ones through emulated_device.h while the process runs.
#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace nonneg::emulated {

/// When a queued operation runs, within what its dependencies allow.
enum class Order {
  Late,    ///< only when the host waits for it, and then nothing beyond what is needed
  Eager,   ///< at the call
  Random,  ///< at a seeded random moment
};

/// What making a context on a device comes to.
enum class DeviceCondition {
  Usable,
  Exclusive,  ///< another process holds it: cudaErrorDevicesUnavailable
  Broken,     ///< cudaErrorECCUncorrectable
  NoCode,     ///< a context can be made; every kernel is cudaErrorNoKernelImageForDevice
};

constexpr int kMaxDevices = 8;

struct Settings {
  Order order = Order::Late;
  unsigned seed = 1;
  bool shuffle_threads = false;  ///< a seed was given: threads and blocks run in shuffled order too
  bool reverse_blocks = false;
  int log_level = 0;  ///< 1: summary and notes, 2: also every launch

  int device_count = 1;  ///< at most kMaxDevices
  std::array<DeviceCondition, kMaxDevices> conditions{};
  int multiprocessors = 4;
  int capability = 0;              ///< such as 90 for 9.0; 0: that of the program's PTX
  int driver_version = 13000;      ///< the newest CUDA that the driver knows
  std::uint64_t total_memory = 0;  ///< bytes, of each device
  /// Bytes that allocations may take in all, of each device.
  std::array<std::uint64_t, kMaxDevices> free_memory{};

  bool device_sums = false;  ///< gemm adds up in its own type, in an order that its operands decide

  std::uint64_t fail_at = 0;  ///< ordinal of the failable call that fails; 0: none
  bool fail_sticky = false;   ///< an injected launch failure poisons the context

  int not_ready_answers = 3;  ///< queries of pending work that answer cudaErrorNotReady first
  std::size_t queue_capacity = 4096;
  std::size_t resident_blocks = 512;
  std::uint64_t max_instructions = 0;  ///< per launch; beyond it a kernel counts as endless

  bool race_check = true;          ///< inside one launch: shared and global memory
  bool stream_check = true;        ///< between operations
  bool init_check = true;          ///< uninitialised reads
  bool poison_downloads = true;    ///< pinned targets hold 0xFF until their copy ran
  bool blocking_uploads = false;   ///< a pageable cudaMemcpy to the device ends before it returns
  bool blocking_pageable = false;  ///< so does a pageable cudaMemcpyAsync, either way
  bool draining_frees = false;     ///< cudaFree, cudaFreeHost and cublasDestroy wait for all work
  std::uint64_t race_check_limit = 0;  ///< bytes of one allocation; larger ones have no race shadow
  bool protect = true;                 ///< host access to device memory traps
  std::uint64_t protect_limit = 0;     ///< bytes ever allocated above which the trap is off

  bool strict = true;         ///< findings make the exit status 66
  bool report_leaks = false;  ///< what is alive at exit is a finding
  std::string ledger_path;
  std::string dump_prefix;  ///< PTX texts go to PREFIX.N.ptx
};

Settings& settings();

/// "late", "eager" or "random"; false: no such order, nothing changed.
bool set_order(const std::string& name);

}  // namespace nonneg::emulated
