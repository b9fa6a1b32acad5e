// SPDX-License-Identifier: Apache-2.0
#include "queue.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <random>

#include "../memory/arena.hpp"
#include "../settings.hpp"
#include "api.hpp"
#include "ledger.hpp"

namespace nonneg::emulated {
namespace {

struct Queue {
  std::map<std::uint64_t, OperationPointer> pending;
  std::uint64_t last_id = 0;
  std::vector<std::uint32_t> positions;  ///< by line: the last position given out
  std::vector<std::uint32_t> free_lines;
  VectorClock host;
  double host_time = 0;      ///< modelled seconds
  double latest_finish = 0;  ///< of any operation
  std::size_t pending_host_writes = 0;
  std::mt19937 random;
};

std::mt19937 seeded(unsigned seed) { return std::mt19937(seed * 2654435761u + 12345u); }

Queue& queue() {
  static auto* q = [] {
    auto* created = new Queue;
    created->random = seeded(settings().seed);
    return created;
  }();
  return *q;
}

unsigned draw(unsigned bound) { return static_cast<unsigned>(queue().random() % bound); }

void join(VectorClock& clock, const VectorClock& other) {
  if (clock.size() < other.size()) clock.resize(other.size(), 0);
  for (std::size_t i = 0; i < other.size(); ++i) clock[i] = std::max(clock[i], other[i]);
}

bool is_ready(const Operation& o) {
  return std::all_of(o.dependencies.begin(), o.dependencies.end(),
                     [](const OperationPointer& d) { return d->done; });
}

void run(const OperationPointer& o) {
  if (o->done || o->running) return;
  o->running = true;
  for (const auto& d : o->dependencies) o->finished_at = std::max(o->finished_at, d->finished_at);
  if (sticky_error() == cudaSuccess) {
    begin_operation(o->number, o->clock);
    const PhaseScope phase(o->work->phase);
    o->finished_at += o->work->run();
    end_operation();
  }
  queue().latest_finish = std::max(queue().latest_finish, o->finished_at);
  o->done = true;
  o->dependencies.clear();
  if (o->work->writes_host) --queue().pending_host_writes;
  queue().pending.erase(o->id);
}

/// Runs one of the operations that could run now; false: there is none.
bool run_any() {
  std::vector<OperationPointer> ready;
  for (const auto& [id, o] : queue().pending)
    if (!o->running && is_ready(*o)) ready.push_back(o);
  if (ready.empty()) return false;
  run(ready[draw(static_cast<unsigned>(ready.size()))]);
  return true;
}

using OperationMap = std::map<std::uint64_t, OperationPointer>;

/// The operation and all that it waits for, directly or not.
OperationMap needed_for(const OperationPointer& operation) {
  OperationMap needed;
  std::vector<OperationPointer> open{operation};
  while (!open.empty()) {
    const OperationPointer o = open.back();
    open.pop_back();
    if (o->done || !needed.emplace(o->id, o).second) continue;
    for (const auto& d : o->dependencies)
      if (!d->done) open.push_back(d);
  }
  return needed;
}

void run_in_random_order(OperationMap needed) {
  while (!needed.empty()) {
    std::vector<OperationPointer> ready;
    for (const auto& [id, o] : needed)
      if (o->done || o->running || is_ready(*o)) ready.push_back(o);
    const OperationPointer chosen = ready[draw(static_cast<unsigned>(ready.size()))];
    needed.erase(chosen->id);
    run(chosen);
  }
}

/// Ascending numbers respect the dependencies. Device memory stays open over a row of operations,
/// which is cheaper than once for each, but not while the program's own host functions run.
void run_in_order(const OperationMap& needed) {
  std::optional<DeviceAccess> access;
  for (const auto& [id, o] : needed) {
    if (o->work->kind == WorkKind::HostFunction)
      access.reset();
    else if (!access)
      access.emplace();
    run(o);
  }
}

}  // namespace

std::uint32_t new_line() {
  Queue& q = queue();
  if (!q.free_lines.empty()) {
    const std::uint32_t line = q.free_lines.back();
    q.free_lines.pop_back();
    return line;
  }
  q.positions.push_back(0);
  return static_cast<std::uint32_t>(q.positions.size() - 1);
}

void free_line(std::uint32_t line) { queue().free_lines.push_back(line); }

WorkPointer empty_work(const std::string& name) {
  auto work = std::make_shared<Work>();
  work->name = name;
  work->run = [] { return 0.0; };
  return work;
}

OperationPointer enqueue(std::uint32_t line, WorkPointer work,
                         const std::vector<OperationPointer>& dependencies) {
  Queue& q = queue();
  auto o = std::make_shared<Operation>();
  o->id = ++q.last_id;
  o->work = std::move(work);
  o->clock = q.host;
  o->finished_at = q.host_time;
  for (const auto& d : dependencies) {
    if (!d) continue;
    join(o->clock, d->clock);
    if (d->done)
      o->finished_at = std::max(o->finished_at, d->finished_at);
    else
      o->dependencies.push_back(d);
  }
  const std::uint32_t position = ++q.positions[line];
  if (o->clock.size() <= line) o->clock.resize(line + 1, 0);
  o->clock[line] = position;
  o->number = number_operation(line, position, o->work->name);
  q.pending[o->id] = o;
  if (o->work->writes_host) ++q.pending_host_writes;
  ledger().most_pending = std::max<std::uint64_t>(ledger().most_pending, q.pending.size());
  if (settings().order == Order::Eager) {
    force(o);
    return o;
  }
  if (settings().order == Order::Random)
    while (draw(3) == 0 && run_any()) continue;
  while (q.pending.size() > settings().queue_capacity) {
    const OperationPointer oldest = q.pending.begin()->second;
    if (oldest->running) break;
    force(oldest);
  }
  return o;
}

void force(const OperationPointer& operation) {
  if (!operation || operation->done) return;
  if (settings().order == Order::Random)
    while (!operation->done && draw(4) != 0 && run_any()) continue;
  if (operation->done) return;
  if (settings().order == Order::Random)
    run_in_random_order(needed_for(operation));
  else
    run_in_order(needed_for(operation));
}

// Late: the newest first, with no more than what it needs before it.
void force_all() {
  Queue& q = queue();
  while (!q.pending.empty()) {
    if (settings().order == Order::Random) {
      if (!run_any()) return;
      continue;
    }
    const OperationPointer newest = q.pending.rbegin()->second;
    if (newest->running) return;
    force(newest);
  }
}

void join_host(const OperationPointer& o) {
  if (!o) return;
  join(queue().host, o->clock);
  if (o->done) queue().host_time = std::max(queue().host_time, o->finished_at);
}

void join_host_with_all() {
  Queue& q = queue();
  q.host = q.positions;
  q.host_time = std::max(q.host_time, q.latest_finish);
}

std::size_t pending_operations() { return queue().pending.size(); }
bool host_write_pending() { return queue().pending_host_writes > 0; }

bool host_range_pending(const void* pointer, std::size_t bytes) {
  const auto is_host_function = [](const auto& entry) {
    return entry.second->work->kind == WorkKind::HostFunction;
  };
  return host_copy_pending(pointer, bytes) ||
         std::any_of(queue().pending.begin(), queue().pending.end(), is_host_function);
}

bool host_copy_pending(const void* pointer, std::size_t bytes) {
  const auto begin = reinterpret_cast<std::uint64_t>(pointer);
  return std::any_of(queue().pending.begin(), queue().pending.end(), [&](const auto& entry) {
    const HostRange& range = entry.second->work->host_range;
    return range.begin < begin + bytes && begin < range.end;
  });
}

void seed_order(unsigned seed) { queue().random = seeded(seed); }

}  // namespace nonneg::emulated
