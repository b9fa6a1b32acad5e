// SPDX-License-Identifier: Apache-2.0
// The live page's server where threads cannot be had.
#include "live/event_server.hpp"

#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pthread.h>

#include <atomic>
#include <cerrno>

#include "nonneg/error.hpp"

namespace nonneg::live {
namespace {

/// How many threads can be begun yet; none is counted where it is below 0.
std::atomic<int> threads_left = -1;

TEST(EventServer, SaysThatItGetsNoThreadsWhicheverIsMissing) {
  for (const int threads : {0, 1, 7, EventServer::kMaxViewers + 8}) {
    threads_left = threads;
    try {
      const EventServer server(ListenAddress{});
      ADD_FAILURE() << "it served with " << threads << " threads";
    } catch (const NotAvailable& e) {
      EXPECT_THAT(e.what(), testing::HasSubstr("33 threads cannot be had: Resource temporarily"));
    }
    threads_left = -1;
  }
  const EventServer server(ListenAddress{});
  EXPECT_THAT(server.address(), testing::StartsWith("http://127.0.0.1:"));
}

}  // namespace
}  // namespace nonneg::live

using nonneg::live::threads_left;

/// In place of the C library's.
// NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name): it is the C library's
extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                              void* (*work)(void*), void* argument) {
  static const auto kReal =
      reinterpret_cast<decltype(&pthread_create)>(::dlsym(RTLD_NEXT, "pthread_create"));
  if (threads_left >= 0 && threads_left-- == 0) {
    threads_left = 0;
    return EAGAIN;
  }
  return kReal(thread, attributes, work, argument);
}
