// SPDX-License-Identifier: Apache-2.0
/// Threads that share pieces of work with the thread that they belong to, and sleep in between.
#pragma once

namespace nonneg {

/// A piece of work in parts: call(context, p) does part p.
struct PartedWork {
  int parts = 0;
  void (*call)(const void* context, int part) = nullptr;
  const void* context = nullptr;
};

/// The calling thread's team, made when it is first needed. Its threads wait for the next piece of
/// work for some microseconds, then sleep, and end with the calling thread.
///
/// Part 0 is the calling thread's own, and part p that of the team's thread p, so that the same
/// thread comes back to the same memory. Whoever has ended takes parts that nobody has begun: where
/// the machine is busy with other work, nobody waits for a thread that sleeps.
class ThreadTeam {
 public:
  /// Does all parts, each once, and returns when they have ended. Throws what a part has thrown, of
  /// several the lowest part's. Work that is given while a part of other work is under way on this
  /// thread is done by this thread alone.
  static void run(const PartedWork& work);

 private:
  class Impl;
  struct Deleter {
    void operator()(Impl* team) const;
  };
  static Impl& own();
};

/// The number of threads that this process may run on: its affinity's, not the machine's.
int usable_threads();

}  // namespace nonneg
