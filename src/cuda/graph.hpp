// SPDX-License-Identifier: Apache-2.0
/// Work of a stream, captured once and replayed.
#pragma once

#include <functional>
#include <memory>

#include "backend/backend.hpp"
#include "cuda/gemm.hpp"
#include "cuda/stream.hpp"

namespace nonneg::cuda {

/// Whether a sweep over panels whose products take so many flops is bound by its launches: where
/// those products take less than 0.1 ms at the multiprocessors' peak rate. A panel has some ten
/// launches of 5 µs: what takes longer hides them, and gains nothing by being recorded.
bool launches_bound(double panel_flops, int multiprocessors, Products products);

/// Owns an executable CUDA graph; `device` and `stream` are where it is replayed.
class Graph final : public Recording {
 public:
  /// Captures what `work` gives to the stream. Nothing of it runs yet. Null where that failed: the
  /// stream is usable again. Any thread that waits for the whole device spoils a capture, the
  /// caller's own code too. What is no Error goes on.
  static std::unique_ptr<Graph> of(int device, Stream& stream, const std::function<void()>& work);
  ~Graph() override;

  void replay() override;

 private:
  Graph(int device, Stream& stream, cudaGraphExec_t executable)
      : device_(device), stream_(stream), executable_(executable) {}

  int device_;
  Stream& stream_;
  cudaGraphExec_t executable_;
};

}  // namespace nonneg::cuda
