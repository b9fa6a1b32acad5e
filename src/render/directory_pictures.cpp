#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "base/spread.hpp"
#include "data/dense_copy.hpp"
#include "nonneg/error.hpp"
#include "records/lookup.hpp"
#include "render/directory_pictures.hpp"
#include "render/factor_maps.hpp"
#include "render/loss_curve.hpp"

namespace nonneg::render {
namespace {

constexpr Index kMaxPoints = 2000;
constexpr Index kMaxPairs = 8;
/// Entries of all frames of an animation together, in memory.
constexpr Index kMaxEntries = Index{1} << 25U;
constexpr const char* kDemoSource = "demo learning";

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

std::vector<Index> all_rows(const SnapshotRun& run) {
  return spread(run.snapshot_rows(), run.snapshot_rows());
}

}  // namespace

std::string PictureName::file_name() const {
  const char* stem = "loss";
  switch (subject) {
    case Subject::learning:
      stem = "learning";
      break;
    case Subject::basis:
      stem = "basis";
      break;
    case Subject::pairs:
      stem = "pairs";
      break;
    case Subject::factors:
      stem = "factors";
      break;
    case Subject::loss:
      break;
  }
  return fmt::format("{}.{}", stem, to_string(format));
}

DirectoryPictures::DirectoryPictures(const SnapshotDirectoryReader& reader, PictureRequest request)
    : reader_(reader), request_(std::move(request)) {
  const SnapshotRun& run = reader.run();
  request_.image_shape = image_shape_of(run, request_.image_shape);
  if (reader.snapshots().empty()) {
    throw IoError(reader.path() + ": holds no snapshot yet; try again when the run has made one",
                  reader.path());
  }
  data_ = find_data(reader);
  std::vector<Subject> subjects;
  if (run.cols == 2 && data_) subjects.push_back(Subject::learning);
  if (request_.image_shape->rows > 0) {
    subjects.push_back(Subject::basis);
    if (data_) subjects.push_back(Subject::pairs);
  }
  subjects.push_back(Subject::factors);
  subjects.push_back(Subject::loss);
  for (const Subject subject : subjects) {
    for (const Format format : request_.formats) {
      if (subject != Subject::loss || format != Format::gif) names_.push_back({subject, format});
    }
  }
}

std::string DirectoryPictures::draw(const PictureName& name) const {
  switch (name.subject) {
    case Subject::learning:
      return draw_learning_picture(name);
    case Subject::basis:
      return draw_basis_picture(name);
    case Subject::pairs:
      return draw_pairs_picture(name);
    case Subject::factors:
      return draw_factors_picture(name);
    case Subject::loss:
      break;
  }
  return draw_loss_picture(name);
}

Canvas DirectoryPictures::canvas_for(const PictureName& name, const Size& size) const {
  return {name.format, request_.size.value_or(size)};
}

/// `rows` of each snapshot's W, which may be none.
std::vector<FactorFrame> DirectoryPictures::frames(Format format,
                                                   const std::vector<Index>& rows) const {
  const auto& snapshots = reader_.snapshots();
  const Index start = snapshots.front().iteration == 0 && snapshots.size() > 1 ? 1 : 0;
  const Index entries =
      std::max<Index>(1, (std::ssize(rows) + reader_.run().cols) * reader_.run().rank);
  const Index most =
      format == Format::gif ? std::clamp<Index>(kMaxEntries / entries, 1, kMaxFrames) : 1;
  std::vector<FactorFrame> frames;
  const Index count = std::ssize(snapshots) - start;
  for (const Index chosen : most == 1 ? std::vector<Index>{count - 1} : spread(count, most)) {
    const auto i = static_cast<std::size_t>(chosen + start);
    frames.push_back({snapshots[i].iteration,
                      rows.empty() ? Matrix<double>(0, reader_.run().rank)
                                   : dense_copy<double>(reader_.open_w(i).view(), rows),
                      dense_copy<double>(reader_.open_h(i).view())});
  }
  return frames;
}

/// The rows of A that these rows of a snapshot's W belong to.
Matrix<double> DirectoryPictures::data_rows(const std::vector<Index>& sample) const {
  const std::vector<Index>& w_rows = reader_.run().w_rows;
  if (w_rows.empty()) return dense_copy<double>(data_->view(), sample);
  std::vector<Index> rows;
  rows.reserve(sample.size());
  for (const Index s : sample) rows.push_back(w_rows[static_cast<std::size_t>(s)]);
  return dense_copy<double>(data_->view(), rows);
}

std::string DirectoryPictures::draw_learning_picture(const PictureName& name) const {
  const std::vector<Index> sample = spread(reader_.run().snapshot_rows(), kMaxPoints);
  const Matrix<double> observed = data_rows(sample);
  const AxisLimits limits =
      reader_.run().data_source == kDemoSource ? kLearningLimits : limits_of(observed.view());
  return draw_learning(canvas_for(name, kLearningSize), observed.view(),
                       frames(name.format, sample), limits);
}

std::string DirectoryPictures::draw_basis_picture(const PictureName& name) const {
  const ImageShape& shape = *request_.image_shape;
  return draw_basis(canvas_for(name, basis_size(shape, reader_.run().rank)),
                    frames(name.format, {}), shape);
}

std::string DirectoryPictures::draw_pairs_picture(const PictureName& name) const {
  const SnapshotRun& run = reader_.run();
  const std::vector<Index> sample = spread(run.snapshot_rows(), kMaxPairs);
  std::vector<std::string> captions;
  for (const Index s : sample) {
    const Index row = run.w_rows.empty() ? s : run.w_rows[static_cast<std::size_t>(s)];
    captions.push_back(run.row_names.empty() ? fmt::format("row {}", row + 1)
                                             : run.row_names[static_cast<std::size_t>(row)]);
  }
  const ImageShape& shape = *request_.image_shape;
  return draw_pairs(canvas_for(name, pairs_size(shape, std::ssize(sample))),
                    data_rows(sample).view(), frames(name.format, sample), shape, captions);
}

std::string DirectoryPictures::draw_factors_picture(const PictureName& name) const {
  return draw_factors(canvas_for(name, kFactorsSize), frames(name.format, all_rows(reader_.run())),
                      reader_.run().column_names);
}

std::string DirectoryPictures::draw_loss_picture(const PictureName& name) const {
  std::map<Index, LossRecord> records;
  for (const SnapshotEntry& entry : reader_.snapshots()) {
    LossRecord& record = records[entry.iteration];
    record.iteration = entry.iteration;
    record.seconds = entry.seconds;
    record.loss = entry.loss;
  }
  for (const LossRecord& check : reader_.checks()) records[check.iteration] = check;
  std::vector<LossRecord> curve;
  curve.reserve(records.size());
  for (const auto& [iteration, record] : records) curve.push_back(record);
  return draw_loss(canvas_for(name, kLossSize), curve, reader_.run().beta);
}

}  // namespace nonneg::render
