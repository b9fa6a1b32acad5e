// SPDX-License-Identifier: Apache-2.0
/// Times work on a stream by two events.
#pragma once

#include <functional>
#include <optional>

#include "backend/backend.hpp"
#include "cuda/event.hpp"
#include "cuda/stream.hpp"

namespace nonneg::cuda {

class EventTiming final : public Timing {
 public:
  /// Gives `work` to the stream, between the two events.
  EventTiming(int device, Stream& stream, const std::function<void()>& work);

  std::optional<double> seconds() override;

 private:
  int device_;
  Event begin_{Event::Times::yes};
  Event end_{Event::Times::yes};
};

}  // namespace nonneg::cuda
