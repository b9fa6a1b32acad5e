// SPDX-License-Identifier: Apache-2.0
/// A model: the factors of a run directory, or an H from elsewhere, with what is known of how they
/// were made.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "nonneg/matrix_file.hpp"
#include "nonneg/options.hpp"

namespace nonneg::records {

/// What of a run decides what new rows come to. Without a value where the model does not say it.
struct ModelOptions {
  std::optional<Algorithm> algorithm;
  std::optional<double> beta;
  std::optional<Missing> missing;
  std::optional<double> l1_w;
  std::optional<double> l2_w;
};

/// The run.json of a model.
class ModelRecord;

/// The rows and columns of A of which nothing was observed, ascending.
struct Unobserved {
  std::vector<Index> rows;
  std::vector<Index> columns;
};

struct Model {
  /// k × n; its entries have not been looked at (read_factor()).
  MatrixFile H;
  /// What each row of H is to be multiplied by, and W's column divided by, to be as the run solved
  /// them; empty where they are so.
  std::vector<double> scales;
  /// Names of H's columns; empty where it has none.
  std::vector<std::string> column_names;
  ModelOptions options;
  /// Whether its A was the transpose of what its file held; nothing where that is not known.
  std::optional<bool> transposed;
  /// Of a run's directory; null for an H from elsewhere.
  std::shared_ptr<const ModelRecord> record;
};

/// Opens H.npy of a run directory, with its run.json where there is one. Throws InvalidArgument for
/// a run.json that is no record of a run, has a field of another type, or does not fit H; IoError
/// for what cannot be read.
Model open_model(const std::string& directory);

/// Opens an H from elsewhere, in any format that MatrixFile reads, as `opened` says.
Model open_h(const std::string& path, const OpenOptions& opened = {});

/// Opens W.npy beside a model's H. Throws InvalidArgument where it does not fit H or run.json.
MatrixFile open_w(const Model& model);

/// Returns what run.json says of an A of this shape. Throws InvalidArgument where that is no list
/// of indices within it.
Unobserved unobserved_of(const Model& model, Index rows, Index columns);

}  // namespace nonneg::records
