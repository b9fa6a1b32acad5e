// SPDX-License-Identifier: Apache-2.0
/// The way of A's rows from host memory to a device: packed into page-locked memory, copied on a
/// stream of their own, handed to the compute stream by an event.
///
///   host         pack p       pack p+1      pack p+2      (waits until the slot is sent)
///   copy stream         send p       send p+1      send p+2      (waits until it is released)
///   compute                    panel p       panel p+1           (waits until it is sent)
#pragma once

#include <array>

#include "cuda/backend_memory.hpp"
#include "cuda/device_buffer.hpp"
#include "cuda/event.hpp"
#include "cuda/pinned_buffer.hpp"
#include "cuda/stream.hpp"
#include "nonneg/data_view.hpp"

namespace nonneg::cuda {

/// Stages panels through kSlots slots in turn. Pageable memory and mapped files are as good a
/// source as any: only packing reads them.
class PanelStager {
 public:
  static constexpr int kSlots = kStagingSlots;
  /// Staged panels, and the pieces of an upload, have about this many bytes unless told otherwise.
  static constexpr std::uint64_t kPieceBytes = 32U << 20;

  /// For panels of at most `slot_bytes`, packed on `threads` threads. Both memories are taken here:
  /// kSlots panels of each. `compute` must outlive the stager.
  PanelStager(std::uint64_t slot_bytes, Stream& compute, int threads);
  /// For panels of at most `panel_rows` rows of A's width and type.
  PanelStager(const DataView& A, Index panel_rows, Stream& compute, int threads);
  /// Waits for the work that uses the slots.
  ~PanelStager();

  /// What pack(to, threads) writes, at most slot_bytes, in device memory, for work given to the
  /// compute stream between this call and release(). It crosses the bus once. The host waits only
  /// where the slot's upload before is still under way.
  template <class Pack>
  const std::byte* stage(std::uint64_t bytes, const Pack& pack) {
    pack(next_buffer(), threads_);
    return send(bytes);
  }
  /// The same for dense rows: row-major without gaps, as stored.
  const std::byte* stage(const DataView& rows);
  /// Ends the use of what stage() gave last.
  void release();

  /// Rows of A in a piece of at most `piece_bytes`, at least 1.
  static Index piece_rows(const DataView& A, std::uint64_t piece_bytes = kPieceBytes);

 private:
  /// The next slot's page-locked memory, once its upload before is over.
  std::byte* next_buffer();
  /// Gives the copy of what that slot was filled with.
  const std::byte* send(std::uint64_t bytes);

  struct Slot {
    explicit Slot(std::uint64_t bytes);

    PinnedBuffer pinned;
    DeviceBuffer device;
    Event uploaded;
    Event released;
  };

  Stream& compute_;
  int threads_;
  Stream copy_;
  std::array<Slot, kSlots> slots_;
  std::size_t next_ = 0;
  Slot* held_ = nullptr;
};

}  // namespace nonneg::cuda
