// SPDX-License-Identifier: Apache-2.0
#include "solve/schedule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/sized_vector.hpp"
#include "nonneg/error.hpp"

namespace nonneg {

ScheduleClock::ScheduleClock(SnapshotSchedule schedule) : schedule_(std::move(schedule)) {}

bool ScheduleClock::due(Index iteration, double seconds) {
  switch (schedule_.kind) {
    case SnapshotSchedule::Kind::powers_of_two: {
      const bool is_due = iteration >= next_power_;
      while (next_power_ <= iteration) next_power_ *= 2;
      return is_due;
    }
    case SnapshotSchedule::Kind::every:
      return iteration % schedule_.every == 0;
    case SnapshotSchedule::Kind::seconds:
      if (seconds - last_seconds_ < schedule_.seconds) return false;
      last_seconds_ = seconds;
      return true;
    case SnapshotSchedule::Kind::at: {
      const std::size_t before = next_at_;
      while (next_at_ < schedule_.at.size() && schedule_.at[next_at_] <= iteration) ++next_at_;
      return next_at_ > before;
    }
  }
  return false;
}

void validate(const SnapshotOptions& options) {
  const SnapshotSchedule& schedule = options.schedule;
  if (schedule.kind < SnapshotSchedule::Kind::powers_of_two ||
      schedule.kind > SnapshotSchedule::Kind::at) {
    throw InvalidArgument(Subject::snapshots, fmt::format("kind = {}: is no kind of schedule",
                                                          static_cast<int>(schedule.kind)));
  }
  if (schedule.every < 1) {
    throw InvalidArgument(Subject::snapshots,
                          fmt::format("every = {}: must be at least 1", schedule.every));
  }
  if (!(schedule.seconds > 0) || std::isinf(schedule.seconds)) {
    throw InvalidArgument(
        Subject::snapshots,
        fmt::format("seconds = {}: must be a finite number > 0", schedule.seconds));
  }
  for (std::size_t i = 0; i < schedule.at.size(); ++i) {
    if (schedule.at[i] < 1) {
      throw InvalidArgument(Subject::snapshots,
                            fmt::format("at has iteration {}: must be at least 1", schedule.at[i]));
    }
    if (i > 0 && schedule.at[i] <= schedule.at[i - 1]) {
      throw InvalidArgument(Subject::snapshots,
                            fmt::format("at has iteration {} after {}: must ascend", schedule.at[i],
                                        schedule.at[i - 1]));
    }
  }
  if (options.w_rows < 0) {
    throw InvalidArgument(
        Subject::snapshots,
        fmt::format("w_rows = {}: must be at least 0 (0: all rows)", options.w_rows));
  }
  if (options.ring < 1) {
    throw InvalidArgument(Subject::snapshots,
                          fmt::format("ring = {}: must be at least 1", options.ring));
  }
}

std::vector<Index> sampled_rows(Index rows, Index w_rows) {
  if (rows < 0 || w_rows < 0) {
    throw InvalidArgument(
        Subject::snapshots,
        fmt::format("w_rows = {} of {} rows: neither may be below 0", w_rows, rows));
  }
  const Index stride = w_rows > 0 ? std::max<Index>(1, (rows - 1) / w_rows + 1) : 1;
  const Index count = rows > 0 ? (rows - 1) / stride + 1 : 0;
  auto sample = sized_vector<Index>(count, "rows of a sample of W");
  for (Index s = 0; s < count; ++s) sample[static_cast<std::size_t>(s)] = s * stride;
  return sample;
}

}  // namespace nonneg
