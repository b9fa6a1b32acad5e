// SPDX-License-Identifier: Apache-2.0
#include "io/hdf5_matrix.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <span>
#include <string_view>
#include <utility>

#include "io/cell_text.hpp"
#include "io/hdf5_candidates.hpp"
#include "io/hdf5_file.hpp"
#include "io/hdf5_names.hpp"
#include "nonneg/error.hpp"

namespace nonneg::io {
namespace {

/// How a sparse group's arrays are meant.
struct SparseKind {
  bool columns = false;
  Index rows = 0;
  Index cols = 0;
  /// 10x Genomics' group, with barcodes and features in it.
  bool cell_ranger = false;
};

class Hdf5Reader {
 public:
  Hdf5Reader(Hdf5File& file, std::string place) : file_(file), place_(std::move(place)) {}

  Hdf5Contents read() {
    contents_.data_set = place_;
    bool cell_ranger = false;
    if (file_.kind(place_) == Hdf5File::Kind::group) {
      const SparseKind kind = sparse_kind();
      sparse(kind);
      cell_ranger = kind.cell_ranger;
    } else {
      dense();
    }
    add_names(cell_ranger);
    contents_.other_layers = other_layers(file_, place_);
    return std::move(contents_);
  }

 private:
  template <class... Args>
  [[noreturn]] void fail(fmt::format_string<Args...> what, Args&&... args) const {
    throw InvalidArgument(fmt::format("{}:{}: {}", file_.name(), place_,
                                      fmt::format(what, std::forward<Args>(args)...)));
  }

  std::string inside(const char* name) const { return place_ + "/" + name; }

  Hdf5Array line(const std::string& place) {
    const Hdf5File::Shape shape = file_.shape(place);
    if (shape.sizes.size() != 1) {
      throw InvalidArgument(fmt::format("{}:{}: has {} dimensions, must have 1", file_.name(),
                                        place, shape.sizes.size()));
    }
    return file_.read(place);
  }

  SparseKind sparse_kind() {
    const std::string encoding = file_.text_attribute(place_, "encoding-type");
    const std::string older = file_.text_attribute(place_, "h5sparse_format");
    const bool row_kind = encoding == "csr_matrix" || older == "csr";
    const bool column_kind = encoding == "csc_matrix" || older == "csc";
    std::vector<Index> shape;
    SparseKind kind;
    if (row_kind || column_kind) {
      shape = file_.index_attribute(place_, "shape");
      if (shape.empty()) shape = file_.index_attribute(place_, "h5sparse_shape");
      kind.columns = column_kind;
    } else if (!encoding.empty()) {
      fail("encoding-type {} is not read; csr_matrix and csc_matrix are", quote_cell(encoding));
    } else if (file_.has_data_set(inside("shape"))) {
      const auto sizes = file_.integers(inside("shape"));
      if (!sizes) fail("its shape is no list of integers");
      shape = *sizes;
      kind.columns = kind.cell_ranger = true;
    } else {
      fail(
          "has the arrays of a sparse matrix, but neither an attribute encoding-type, as AnnData "
          "writes it, nor a data set shape, as 10x Genomics does");
    }
    if (shape.size() != 2) fail("its shape has {} numbers, must have 2", shape.size());
    kind.rows = shape[0];
    kind.cols = shape[1];
    return kind;
  }

  void sparse(const SparseKind& kind) {
    contents_.form = kind.columns ? Hdf5Contents::Form::by_columns : Hdf5Contents::Form::by_rows;
    contents_.rows = kind.rows;
    contents_.cols = kind.cols;
    contents_.offsets = line(inside("indptr")).view();
    contents_.indices = line(inside("indices")).view();
    contents_.values = line(inside("data")).view();
    constexpr double kOffsetBytes = 2 * sizeof(Index);
    constexpr double kEntryBytes = sizeof(std::int32_t) + sizeof(double);
    file_.require_memory(place_, kOffsetBytes * static_cast<double>(kind.rows) +
                                     kEntryBytes * static_cast<double>(contents_.values.size()));
  }

  void dense() {
    const Hdf5File::Shape shape = file_.shape(place_);
    const Index rows = shape.sizes[0];
    const Index cols = shape.sizes[1];
    Index bytes = 0;
    if (__builtin_mul_overflow(rows, cols, &bytes) ||
        __builtin_mul_overflow(bytes, static_cast<Index>(element_size(*shape.type)), &bytes)) {
      fail("{} x {} {} entries are more bytes than 64 bits can count", rows, cols,
           element_name(*shape.type));
    }
    contents_.rows = rows;
    contents_.cols = cols;
    contents_.place_in_file = file_.place_in_file(place_);
    if (contents_.place_in_file && *contents_.place_in_file % element_size(*shape.type) != 0) {
      contents_.place_in_file.reset();
    }
    const void* const entries = contents_.place_in_file ? nullptr : file_.read(place_).entries;
    contents_.values = ArrayView(entries, *shape.type, rows * cols);
  }

  /// The labels at the first of these places in a group that has one.
  std::vector<std::string> first_labels(Hdf5Names& names, const std::string& group,
                                        std::span<const char* const> places,
                                        const NamedLines& lines) {
    for (const char* name : places) {
      const std::string place = group + "/" + name;
      if (file_.kind(place) != Hdf5File::Kind::nothing) return names.labels(place, lines);
    }
    return {};
  }

  void add_names(bool cell_ranger) {
    Hdf5Names names(file_, place_, contents_.warnings);
    const NamedLines rows{contents_.rows, "rows"};
    const NamedLines columns{contents_.cols, "columns"};
    if (cell_ranger) {
      constexpr const char* kFeatures[] = {"features/name", "features/id", "gene_names", "genes"};
      constexpr const char* kBarcodes[] = {"barcodes"};
      contents_.row_names = first_labels(names, place_, kFeatures, rows);
      contents_.column_names = first_labels(names, place_, kBarcodes, columns);
    } else if (is_loom(file_)) {
      constexpr const char* kFeatures[] = {"Gene",     "Accession", "var_names",
                                           "gene_ids", "GeneName",  "gene_names"};
      constexpr const char* kCells[] = {"CellID", "obs_names", "Barcode", "barcode", "cell_names"};
      if (place_ != "/matrix" && !place_.starts_with("/layers/")) return;
      contents_.row_names = first_labels(names, "/row_attrs", kFeatures, rows);
      contents_.column_names = first_labels(names, "/col_attrs", kCells, columns);
    } else {
      name_annotated(names, rows, columns);
    }
  }

  /// AnnData: obs names the rows of X and of the layers, and var the columns; other matrices have
  /// one of both, of their own or none.
  void name_annotated(Hdf5Names& names, const NamedLines& rows, const NamedLines& columns) {
    struct Tables {
      const char* matrix;
      const char* rows;
      const char* columns;
    };
    constexpr Tables kTables[] = {{"/X", "/obs", "/var"},         {"/layers/", "/obs", "/var"},
                                  {"/raw/X", "/obs", "/raw/var"}, {"/raw.X", "/obs", "/raw.var"},
                                  {"/obsm/", "/obs", nullptr},    {"/varm/", "/var", nullptr},
                                  {"/obsp/", "/obs", "/obs"},     {"/varp/", "/var", "/var"}};
    const AnnDataPlace place = anndata_place(place_);
    for (const Tables& tables : kTables) {
      const std::string_view pattern = tables.matrix;
      if (pattern.ends_with('/') ? !place.inside.starts_with(pattern) : place.inside != pattern) {
        continue;
      }
      contents_.row_names = names.table(place.root + tables.rows, rows);
      if (tables.columns != nullptr) {
        contents_.column_names = names.table(place.root + tables.columns, columns);
      }
    }
  }

  Hdf5File& file_;
  std::string place_;
  Hdf5Contents contents_;
};

}  // namespace

Hdf5Contents read_contents(Hdf5File& file, const std::string& data_set) {
  return Hdf5Reader(file, choose_matrix(file, data_set)).read();
}

}  // namespace nonneg::io
