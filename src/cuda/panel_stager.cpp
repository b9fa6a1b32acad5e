// SPDX-License-Identifier: Apache-2.0
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

PanelStager::PanelStager(std::uint64_t slot_bytes, Stream& compute, int threads)
    : compute_(compute),
      threads_(threads),
      slots_{Slot(slot_bytes), Slot(slot_bytes), Slot(slot_bytes)} {}

PanelStager::PanelStager(const DataView& A, Index panel_rows, Stream& compute, int threads)
    : PanelStager(static_cast<std::uint64_t>(panel_rows) * row_bytes(A), compute, threads) {}

PanelStager::~PanelStager() {
  copy_.drain();
  compute_.drain();
}

const std::byte* PanelStager::stage(const DataView& rows) {
  return stage(rows.bytes(), [&](std::byte* to, int threads) { pack_rows(rows, to, threads); });
}

std::byte* PanelStager::next_buffer() {
  held_ = &slots_[next_];
  next_ = (next_ + 1) % slots_.size();
  held_->uploaded.synchronize("waiting for a free staging buffer");
  return held_->pinned.data();
}

const std::byte* PanelStager::send(std::uint64_t bytes) {
  copy_.wait(held_->released);
  check(cudaMemcpyAsync(held_->device.data(), held_->pinned.data(), bytes, cudaMemcpyHostToDevice,
                        copy_.get()),
        "cudaMemcpyAsync", "uploading a panel of A");
  copy_.record(held_->uploaded);
  compute_.wait(held_->uploaded);
  return held_->device.as<std::byte>();
}

void PanelStager::release() {
  if (held_ == nullptr) return;
  compute_.record(held_->released);
  held_ = nullptr;
}

Index PanelStager::piece_rows(const DataView& A, std::uint64_t piece_bytes) {
  const auto fitting = static_cast<Index>(piece_bytes / std::max<std::uint64_t>(row_bytes(A), 1));
  if (fitting >= A.rows()) return std::max<Index>(A.rows(), 1);
  return fitting >= 64 ? fitting / 64 * 64 : std::max<Index>(fitting, 1);
}

}  // namespace nonneg::cuda
