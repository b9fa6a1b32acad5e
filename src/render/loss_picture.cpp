// SPDX-License-Identifier: Apache-2.0
// The loss of every run, from its checks and its snapshots.
#include <map>

#include "base/spread.hpp"
#include "render/loss_curve.hpp"
#include "render/picture_kinds.hpp"

namespace nonneg::render {
namespace {

/// More points than pixels across show nothing more.
constexpr Index kMaxPoints = 5000;

std::string draw(const PictureSource& source, Format format) {
  const auto& snapshots = source.reader().snapshots();
  const auto& checks = source.reader().checks();
  std::map<Index, LossRecord> records;
  for (const Index i : spread(std::ssize(snapshots), kMaxPoints)) {
    const SnapshotEntry& entry = snapshots[static_cast<std::size_t>(i)];
    LossRecord& record = records[entry.iteration];
    record.iteration = entry.iteration;
    record.seconds = entry.seconds;
    record.loss = entry.loss;
  }
  for (const Index i : spread(std::ssize(checks), kMaxPoints)) {
    const LossRecord& check = checks[static_cast<std::size_t>(i)];
    records[check.iteration] = check;
  }
  std::vector<LossRecord> curve;
  curve.reserve(records.size());
  for (const auto& [iteration, record] : records) curve.push_back(record);
  return draw_loss(source.canvas(format, kLossSize), curve, source.run().beta);
}

}  // namespace

PictureKind loss_picture() {
  return {.name = "loss",
          .animated = false,
          .applies = [](const PictureSource&) { return true; },
          .draw = draw};
}

}  // namespace nonneg::render
