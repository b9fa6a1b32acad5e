#include "cuda/panel_stager.hpp"

#include <algorithm>

#include "cuda/check.hpp"
#include "cuda/pack_rows.hpp"

namespace nonneg::cuda {

namespace {

std::uint64_t row_bytes(const DataView& A) {
  return static_cast<std::uint64_t>(A.cols()) * element_size(A.type());
}

}  // namespace

PanelStager::Slot::Slot(std::uint64_t bytes)
    : pinned(bytes, "a panel of A"), device(bytes, "a panel of A") {}

PanelStager::PanelStager(const DataView& A, Index panel_rows, Stream& compute, int threads)
    : compute_(compute),
      threads_(threads),
      slots_{Slot(static_cast<std::uint64_t>(panel_rows) * row_bytes(A)),
             Slot(static_cast<std::uint64_t>(panel_rows) * row_bytes(A)),
             Slot(static_cast<std::uint64_t>(panel_rows) * row_bytes(A))} {}

PanelStager::~PanelStager() {
  copy_.drain();
  compute_.drain();
}

const void* PanelStager::stage(const DataView& rows) {
  Slot& slot = slots_[next_];
  next_ = (next_ + 1) % slots_.size();
  slot.uploaded.synchronize("waiting for a free staging buffer");
  pack_rows(rows, slot.pinned.data(), threads_);
  copy_.wait(slot.released);
  check(cudaMemcpyAsync(slot.device.data(), slot.pinned.data(), rows.bytes(),
                        cudaMemcpyHostToDevice, copy_.get()),
        "cudaMemcpyAsync", "uploading a panel of A");
  copy_.record(slot.uploaded);
  compute_.wait(slot.uploaded);
  held_ = &slot;
  return slot.device.data();
}

void PanelStager::release() {
  if (held_ == nullptr) return;
  compute_.record(held_->released);
  held_ = nullptr;
}

Index PanelStager::piece_rows(const DataView& A) {
  const auto fitting = static_cast<Index>(kPieceBytes / std::max<std::uint64_t>(row_bytes(A), 1));
  const Index whole_blocks = fitting >= 64 ? fitting / 64 * 64 : std::max<Index>(fitting, 1);
  return std::min(whole_blocks, std::max<Index>(A.rows(), 1));
}

}  // namespace nonneg::cuda
