// SPDX-License-Identifier: Apache-2.0
// Device work as a graph of deferred operations. An operation runs when something forces it (late),
// at once (eager), or at a seeded random moment that its dependencies allow (random). The order is
// what CUDA promises and no more: the order in a stream, event waits, the rules of the legacy
// stream.
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "../race/operation_races.hpp"

namespace nonneg::emulated {

enum class WorkKind { Kernel, Copy, Set, HostFunction, Event, Blas, Allocation, Free, Join };

/// Host memory that an operation reads or writes when it runs; empty where begin == end.
struct HostRange {
  std::uint64_t begin = 0, end = 0;
};

/// What an operation does, apart from when: graphs run the same work many times.
struct Work {
  WorkKind kind = WorkKind::Join;
  std::string name;
  std::function<double()> run;  ///< returns the modelled seconds
  bool writes_host = false;
  HostRange host_range;
  std::string phase;  ///< the NVTX range it was submitted in
};
using WorkPointer = std::shared_ptr<Work>;

struct Operation;
using OperationPointer = std::shared_ptr<Operation>;

struct Operation {
  std::uint64_t id = 0;
  WorkPointer work;
  std::vector<OperationPointer> dependencies;  ///< those that had not run when it was enqueued
  bool done = false, running = false;
  std::uint32_t number = 0;  ///< for the race check
  VectorClock clock;
  double finished_at = 0;  ///< modelled device time, seconds
};

/// Places in program order for the race check: see race/operation_races.hpp. A freed line is used
/// again.
std::uint32_t new_line();
void free_line(std::uint32_t line);

/// Queues `work` at the next place of `line`, after `dependencies` (nulls allowed).
OperationPointer enqueue(std::uint32_t line, WorkPointer work,
                         const std::vector<OperationPointer>& dependencies);
WorkPointer empty_work(const std::string& name);

/// Runs an operation and what it needs; null is done already.
void force(const OperationPointer& operation);
void force_all();
/// What the host does from here on is ordered after the operation.
void join_host(const OperationPointer& operation);
/// The same for every operation ever queued.
void join_host_with_all();

std::size_t pending_operations();
bool host_write_pending();
/// May a pending operation still touch this host memory? Host functions may touch anything.
bool host_range_pending(const void* pointer, std::size_t bytes);

/// Is a copy pending that reads or writes this host memory?
bool host_copy_pending(const void* pointer, std::size_t bytes);

/// Starts the random order anew.
void seed_order(unsigned seed);

}  // namespace nonneg::emulated
