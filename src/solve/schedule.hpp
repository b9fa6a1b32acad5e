// SPDX-License-Identifier: Apache-2.0
/// When the next snapshot is due.
#pragma once

#include "nonneg/snapshot.hpp"

namespace nonneg {

class ScheduleClock {
 public:
  explicit ScheduleClock(SnapshotSchedule schedule);

  /// Asked once after each sweep, in order; `seconds` since the first sweep began.
  bool due(Index iteration, double seconds);

 private:
  SnapshotSchedule schedule_;
  Index next_power_ = 1;
  double last_seconds_ = 0;
  std::size_t next_at_ = 0;
};

}  // namespace nonneg
