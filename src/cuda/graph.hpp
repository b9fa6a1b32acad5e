// SPDX-License-Identifier: Apache-2.0
/// Work of a stream, captured once and replayed.
#pragma once

#include <functional>

#include "backend/backend.hpp"
#include "cuda/stream.hpp"

namespace nonneg::cuda {

/// Owns an executable CUDA graph; `device` and `stream` are where it is replayed.
class Graph final : public Recording {
 public:
  /// Captures what `work` gives to the stream. Nothing of it runs yet. Where `work` throws, the
  /// stream is usable again and the exception goes on.
  Graph(int device, Stream& stream, const std::function<void()>& work);
  ~Graph() override;

  void replay() override;

 private:
  int device_;
  Stream& stream_;
  cudaGraphExec_t executable_ = nullptr;
};

}  // namespace nonneg::cuda
