// SPDX-License-Identifier: Apache-2.0
#include "render/picture_source.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/spread.hpp"
#include "data/dense_copy.hpp"
#include "nonneg/error.hpp"
#include "records/factor_file.hpp"
#include "records/lookup.hpp"

namespace nonneg::render {
namespace {

/// Entries of all frames of an animation together, in memory.
constexpr Index kMaxEntries = Index{1} << 25U;

/// A, where it is still at hand.
std::optional<MatrixFile> find_data(const SnapshotDirectoryReader& reader) {
  try {
    return records::open_data(reader);
  } catch (const Error&) {
    // A data.npy that a run wrote is damaged; what lay elsewhere may have been moved away since,
    // and the pictures that need it are left out.
    if (!reader.run().data.empty()) throw;
    return std::nullopt;
  }
}

ImageShape image_shape_of(const SnapshotRun& run, const std::optional<ImageShape>& asked) {
  const ImageShape shape = asked.value_or(ImageShape{run.image_rows, run.image_cols});
  const bool fits = shape.rows > 0 && shape.cols > 0 && run.cols % shape.rows == 0 &&
                    run.cols / shape.rows == shape.cols;
  if (asked && !fits) {
    throw InvalidArgument(
        fmt::format("image shape {},{}: rows times columns must be the {} columns of the matrix",
                    shape.rows, shape.cols, run.cols));
  }
  return shape;
}

}  // namespace

PictureSource::PictureSource(const SnapshotDirectoryReader& reader, const PictureRequest& request)
    : reader_(reader),
      size_(request.size),
      image_shape_(image_shape_of(reader.run(), request.image_shape)) {
  if (reader.snapshots().empty()) {
    throw IoError(reader.path() + ": holds no snapshot yet; try again when the run has made one",
                  reader.path());
  }
  data_ = find_data(reader);
}

Canvas PictureSource::canvas(Format format, const Size& usual_size) const {
  return {format, size_.value_or(usual_size)};
}

std::vector<FactorFrame> PictureSource::frames(Format format,
                                               const std::vector<Index>& rows) const {
  const auto& snapshots = reader_.snapshots();
  const Index start = snapshots.front().iteration == 0 && snapshots.size() > 1 ? 1 : 0;
  const Index count = std::ssize(snapshots) - start;
  const Index entries = std::max<Index>(1, (std::ssize(rows) + run().cols) * run().rank);
  const Index most =
      format == Format::gif ? std::clamp<Index>(kMaxEntries / entries, 1, kMaxFrames) : 1;
  std::vector<FactorFrame> frames;
  for (const Index chosen : most == 1 ? std::vector<Index>{count - 1} : spread(count, most)) {
    const auto i = static_cast<std::size_t>(chosen + start);
    frames.push_back({snapshots[i].iteration,
                      rows.empty() ? Matrix<double>(0, run().rank)
                                   : records::read_factor<double>(reader_.open_w(i), rows),
                      records::read_factor<double>(reader_.open_h(i))});
  }
  return frames;
}

Index PictureSource::row_of_data(Index i) const {
  const std::vector<Index>& w_rows = run().w_rows;
  return w_rows.empty() ? i : w_rows[static_cast<std::size_t>(i)];
}

Matrix<double> PictureSource::data_rows(const std::vector<Index>& sample) const {
  std::vector<Index> rows;
  rows.reserve(sample.size());
  for (const Index s : sample) rows.push_back(row_of_data(s));
  return dense_copy<double>(data_->view(), rows);
}

}  // namespace nonneg::render
