#include "io/hdf5_reader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "io/cell_text.hpp"
#include "io/hdf5_candidates.hpp"
#include "io/hdf5_file.hpp"
#include "io/hdf5_matrix.hpp"
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

  Hdf5Matrix read() {
    Hdf5Matrix result;
    result.data_set = place_;
    if (file_.kind(place_) == Hdf5File::Kind::group) {
      const SparseKind kind = sparse_kind();
      result.matrix = sparse(kind);
      kind.cell_ranger ? name_cell_ranger(result.matrix) : name_annotated(result.matrix);
    } else {
      dense(result);
      name_annotated(result.matrix);
    }
    return result;
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
      const Hdf5Array sizes = line(inside("shape"));
      shape = indices_of(sizes);
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

  std::vector<Index> indices_of(const Hdf5Array& array) const {
    std::vector<Index> indices;
    for (Index i = 0; i < array.sizes.front() && i < 8; ++i) {
      switch (array.type) {
        case ElementType::int32:
          indices.push_back(reinterpret_cast<const std::int32_t*>(array.bytes.data())[i]);
          break;
        case ElementType::int64:
          indices.push_back(reinterpret_cast<const std::int64_t*>(array.bytes.data())[i]);
          break;
        default:
          fail("its shape is of {}: it must be int32 or int64", element_name(array.type));
      }
    }
    return indices;
  }

  LoadedMatrix sparse(const SparseKind& kind) {
    const Hdf5Array offsets = line(inside("indptr"));
    const Hdf5Array indices = line(inside("indices"));
    const Hdf5Array data = line(inside("data"));
    constexpr double kOffsetBytes = 2 * sizeof(Index);
    constexpr double kEntryBytes = sizeof(std::int32_t) + sizeof(double);
    file_.require_memory(place_, kOffsetBytes * static_cast<double>(kind.rows) +
                                     kEntryBytes * static_cast<double>(data.sizes.front()));
    LoadedMatrix matrix;
    try {
      const auto make = kind.columns ? SparseMatrix::from_csc : SparseMatrix::from_csr;
      matrix.sparse = make(kind.rows, kind.cols, offsets.view(), indices.view(), data.view());
    } catch (const InvalidArgument& e) {
      fail("{}", e.what());
    }
    matrix.view = matrix.sparse.view();
    return matrix;
  }

  void dense(Hdf5Matrix& result) {
    const Hdf5File::Shape shape = file_.shape(place_);
    const Index rows = shape.sizes[0];
    const Index cols = shape.sizes[1];
    Index bytes = 0;
    if (__builtin_mul_overflow(rows, cols, &bytes) ||
        __builtin_mul_overflow(bytes, static_cast<Index>(element_size(*shape.type)), &bytes)) {
      fail("{} x {} {} entries are more bytes than 64 bits can count", rows, cols,
           element_name(*shape.type));
    }
    result.offset = file_.place_in_file(place_);
    if (result.offset && *result.offset % element_size(*shape.type) != 0) result.offset.reset();
    const void* entries = nullptr;
    if (!result.offset) {
      Hdf5Array array = file_.read(place_);
      result.matrix.storage = std::move(array.bytes);
      entries = result.matrix.storage.data();
    }
    result.matrix.view = DataView(entries, *shape.type, rows, cols, std::max<Index>(cols, 1), 1);
  }

  /// The names at `place`, of which there must be `wanted`.
  std::vector<std::string> names(const std::string& place, Index wanted, const char* of) {
    std::optional<std::vector<std::string>> texts = file_.texts(place);
    if (!texts) return {};
    if (std::ssize(*texts) != wanted) {
      fail("{} {}, but {} has {} names", wanted, of, place, texts->size());
    }
    return std::move(*texts);
  }

  void name_cell_ranger(LoadedMatrix& matrix) {
    for (const char* features : {"features/name", "features/id", "gene_names", "genes"}) {
      if (file_.has_data_set(inside(features))) {
        matrix.row_names = names(inside(features), matrix.view.rows(), "rows");
        break;
      }
    }
    if (file_.has_data_set(inside("barcodes"))) {
      matrix.column_names = names(inside("barcodes"), matrix.view.cols(), "columns");
    }
  }

  /// AnnData: /obs names the rows of every matrix, and /var (or raw/var) the columns, of X and the
  /// layers; other matrices of the file have columns of their own.
  void name_annotated(LoadedMatrix& matrix) {
    const bool raw = place_.starts_with("/raw/");
    if (place_ != "/X" && place_ != "/raw/X" && !place_.starts_with("/layers/")) return;
    matrix.row_names = table_names("/obs", matrix.view.rows(), "rows");
    matrix.column_names = table_names(raw ? "/raw/var" : "/var", matrix.view.cols(), "columns");
  }

  /// The index of an AnnData table; none where it is of an older layout.
  std::vector<std::string> table_names(const std::string& table, Index wanted, const char* of) {
    if (file_.kind(table) != Hdf5File::Kind::group) return {};
    std::string index = file_.text_attribute(table, "_index");
    if (index.empty()) index = "_index";
    std::string place = table + "/" + index;
    // Newer versions may keep texts as a group of values and a mask.
    if (file_.kind(place) == Hdf5File::Kind::group) place += "/values";
    if (!file_.has_data_set(place)) return {};
    return names(place, wanted, of);
  }

  Hdf5File& file_;
  std::string place_;
};

}  // namespace

Hdf5Matrix read_hdf5_matrix(Hdf5File& file, const std::string& data_set) {
  return Hdf5Reader(file, choose_matrix(file, data_set)).read();
}

Hdf5Matrix read_hdf5(const std::string& path, const std::string& data_set,
                     std::uint64_t max_bytes) {
  const Hdf5Session session;
  Hdf5File file(path, max_bytes);
  return read_hdf5_matrix(file, data_set);
}

}  // namespace nonneg::io
