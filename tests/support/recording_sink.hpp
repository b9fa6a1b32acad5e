// SPDX-License-Identifier: Apache-2.0
/// A sink that keeps what it is given, and can be slow or break.
#pragma once

#include <chrono>
#include <functional>
#include <stdexcept>
#include <thread>
#include <vector>

#include "nonneg/snapshot.hpp"
#include "support/reference.hpp"

namespace nonneg::test {

/// A snapshot that outlives its call.
struct KeptSnapshot {
  Index iteration = 0;
  double seconds = 0;
  double loss = 0;
  double objective = 0;
  double relative_error = 0;
  Dense W;
  Dense Ht;
  Index skipped = 0;
};

template <class T>
class RecordingSink final : public SnapshotSink<T> {
 public:
  /// Calls `before` with each iteration, ahead of keeping it.
  explicit RecordingSink(std::function<void(Index)> before = {}) : before_(std::move(before)) {}

  void accept(const Snapshot<T>& s) override {
    if (before_) before_(s.iteration);
    kept_.push_back({s.iteration, s.seconds, s.loss, s.objective, s.relative_error,
                     to_dense<T>(s.W), to_dense<T>(s.Ht), s.skipped});
  }

  const std::vector<KeptSnapshot>& kept() const { return kept_; }
  std::vector<Index> iterations() const {
    std::vector<Index> all;
    for (const KeptSnapshot& s : kept_) all.push_back(s.iteration);
    return all;
  }

 private:
  std::function<void(Index)> before_;
  std::vector<KeptSnapshot> kept_;
};

}  // namespace nonneg::test
