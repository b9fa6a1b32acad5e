// SPDX-License-Identifier: Apache-2.0
#include "cuda/event.hpp"

#include "cuda/check.hpp"

namespace nonneg::cuda {

Event::Event(Times times) {
  const unsigned flags = times == Times::no ? cudaEventDisableTiming : cudaEventDefault;
  check(cudaEventCreateWithFlags(&event_, flags), "cudaEventCreateWithFlags", "creating an event");
}

Event::~Event() { take_back(cudaEventDestroy(event_)); }

void Event::synchronize(const char* doing) {
  check(cudaEventSynchronize(event_), "cudaEventSynchronize", doing);
}

}  // namespace nonneg::cuda
