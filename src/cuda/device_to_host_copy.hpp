// SPDX-License-Identifier: Apache-2.0
/// Snapshots on their way from a device to the host, while it computes on.
#pragma once

#include "backend/backend.hpp"
#include "cuda/device_buffer.hpp"
#include "cuda/event.hpp"
#include "cuda/pinned_buffer.hpp"
#include "cuda/stream.hpp"

namespace nonneg::cuda {

/// On the compute stream into spare device memory, and from there on a stream of its own into
/// pinned memory: the compute stream waits for a copy within the device, never for the bus.
///
///   compute   … sweep │ copy ─ copied │ sweep …
///   download                   wait ──┴─ device → pinned ─ arrived
template <class T>
class DeviceToHostCopy final : public HostCopy<T> {
 public:
  /// On the current device; `compute` must outlive the copy.
  DeviceToHostCopy(int device, Stream& compute, Index w_rows, Index ht_rows, Index rank,
                   Index sums);
  /// Waits for what is under way.
  ~DeviceToHostCopy() override;

  void take(MatrixView<const T> W, MatrixView<const T> Ht, const double* sums) override;
  void wait() override;

  MatrixView<T> W() override;
  MatrixView<T> Ht() override;
  const double* sums() const override;

 private:
  MatrixView<T> w_in(std::byte* memory, MemorySpace space) const;
  MatrixView<T> ht_in(std::byte* memory, MemorySpace space) const;

  int device_;
  Stream& compute_;
  Index w_rows_;
  Index ht_rows_;
  Index rank_;
  /// Sums first, which are aligned to 8 bytes, then W, then Ht.
  std::uint64_t sums_bytes_;
  std::uint64_t bytes_;
  Stream download_;
  DeviceBuffer spare_;
  PinnedBuffer pinned_;
  Event copied_;
  Event arrived_;
};

}  // namespace nonneg::cuda
