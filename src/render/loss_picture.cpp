// The loss of every run, from its checks and its snapshots.
#include <map>

#include "render/loss_curve.hpp"
#include "render/picture_kinds.hpp"

namespace nonneg::render {
namespace {

std::string draw(const PictureSource& source, Format format) {
  std::map<Index, LossRecord> records;
  for (const SnapshotEntry& entry : source.reader().snapshots()) {
    LossRecord& record = records[entry.iteration];
    record.iteration = entry.iteration;
    record.seconds = entry.seconds;
    record.loss = entry.loss;
  }
  for (const LossRecord& check : source.reader().checks()) records[check.iteration] = check;
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
