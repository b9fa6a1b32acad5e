// SPDX-License-Identifier: Apache-2.0
/// Modelled times of a sweep on cards that it has not run on: the formulas of device_counts.hpp and
/// the instructions of device_instructions.hpp over the rates of data sheets. No measurement.
///
/// In it: the traffic and the flops of the products and of the updates, the instructions of the
/// updates' inner loops, and the launches. Left out: what a card reaches of its peaks (so each time
/// is given twice, at the peaks and at kReached of them), the latency of HALS's chain of
/// components, and the host's packing of panels that are staged.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bench/device_counts.hpp"

namespace nonneg::bench {

/// Peak rates per second, as the data sheet has them.
struct Card {
  std::string_view name;
  /// Of device memory.
  double memory_bytes = 0;
  double memory_bandwidth = 0;
  /// float32 outside of tensor cores, two flops per fused multiply-add.
  double float32_flops = 0;
  /// tf32 on tensor cores, without sparsity.
  double tf32_flops = 0;
  /// Instructions that its warps issue, each warp's counted once: four per multiprocessor and
  /// clock.
  double instructions = 0;
  /// The PCIe link, host to device.
  double bus_bandwidth = 0;
  /// Bytes of the second-level cache.
  double l2_bytes = 0;
};

const std::vector<Card>& cards();

/// How often A is read from where it lies. Resident: once where the second product finds the panel
/// in the second-level cache, else twice. Staged: how often it crosses the bus.
enum class ReadsOfA { once, twice };

/// The part of its peaks that a card is assumed to reach at least. Of no data sheet.
inline constexpr double kReached = 0.6;

struct ModelledSweep {
  /// At the peaks.
  double seconds = 0;
  /// At kReached of them.
  double slow_seconds = 0;
  /// What takes the largest part of it: "memory", "fp32", "tensor", "issue" (of instructions),
  /// "bus" or "launch".
  std::string_view bound;
  /// The least time over `seconds`: A read once at full bandwidth, or the products with A at the
  /// peak of their precision, or A once over the bus where it is staged.
  double of_limit = 0;
};

ModelledSweep modelled_sweep(const Card& card, const SweepCase& sweep, ReadsOfA reads, bool tf32);

/// The faster of the two, with panels of the model's height; A is staged where it does not fit into
/// the card's memory. `panel_rows` and `resident` of the case are not looked at.
struct BestSweep {
  ModelledSweep modelled;
  /// As it was modelled.
  SweepCase sweep;
};
BestSweep best_modelled_sweep(const Card& card, SweepCase sweep, bool tf32);

/// Panel heights of the model. Read once: what leaves half of the second-level cache free, in
/// blocks of 64 rows. Read twice: the library's own for resident data, before it tries others.
Index modelled_panel_rows(const Card& card, Index n, ReadsOfA reads);
/// The height of staged panels: as the library's.
Index modelled_staged_rows(Index n);

/// Tables for k = 8 … 256 and every card, in Markdown: docs/gpu.md has each of them.
std::vector<std::string> modelled_tables();

}  // namespace nonneg::bench
