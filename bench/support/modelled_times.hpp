// SPDX-License-Identifier: Apache-2.0
/// Modelled times of a sweep on cards that it has not run on: the formulas of
/// device_cost_model.hpp over the rates of data sheets. No measurement.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "support/device_cost_model.hpp"

namespace nonneg::bench {

/// Peak rates per second, as the data sheet has them.
struct Card {
  std::string_view name;
  double memory_bandwidth = 0;
  /// float32 outside of tensor cores, two flops per fused multiply-add.
  double float32_flops = 0;
  /// tf32 on tensor cores, without sparsity.
  double tf32_flops = 0;
  /// The PCIe link, host to device.
  double bus_bandwidth = 0;
  /// Bytes of the second-level cache.
  double l2_bytes = 0;
};

const std::vector<Card>& cards();

/// How often A is read from where it lies. Resident: once where the second product finds the panel
/// in the second-level cache, else twice. Staged: how often it crosses the bus.
enum class ReadsOfA { once, twice };

struct ModelledSweep {
  double seconds = 0;
  /// What takes the largest part of it: "memory", "fp32", "tensor", "bus" or "launch".
  std::string_view bound;
  /// The least time over `seconds`: A read once at full bandwidth, or the products of A at the
  /// peak of their precision, or A once over the bus where it is staged.
  double of_limit = 0;
};

ModelledSweep modelled_sweep(const Card& card, const SweepCase& sweep, ReadsOfA reads, bool tf32);

/// Panel heights of the model. Read once: what leaves half of the second-level cache free, in
/// blocks of 64 rows. Read twice: the library's own for resident data, before it tries others.
Index modelled_panel_rows(const Card& card, Index n, ReadsOfA reads);
/// The height of staged panels: as the library's.
Index modelled_staged_rows(Index n);

/// Tables for k = 8 … 256, every card, resident and staged.
std::string modelled_tables();

}  // namespace nonneg::bench
