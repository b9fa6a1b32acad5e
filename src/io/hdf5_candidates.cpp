#include "io/hdf5_candidates.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "nonneg/error.hpp"

namespace nonneg::io {
namespace {

// Links may go round in circles: the search ends at a depth and a number of objects.
constexpr int kDeepest = 6;
constexpr std::size_t kMaxObjects = 10000;
constexpr std::size_t kMaxListed = 10;

bool is_matrix(const Hdf5File& file, const std::string& place, Hdf5File::Kind kind) {
  if (kind == Hdf5File::Kind::group) return holds_sparse(file, place);
  const Hdf5File::Shape shape = file.shape(place);
  return shape.sizes.size() == 2 && shape.type.has_value();
}

class Search {
 public:
  explicit Search(const Hdf5File& file) : file_(file) { look_into("/", kDeepest); }

  const std::vector<std::string>& found() const noexcept { return found_; }

 private:
  void look_into(const std::string& group, int depth) {
    for (const std::string& link : file_.links(group, kMaxObjects)) {
      if (++seen_ > kMaxObjects) return;
      std::string place = group == "/" ? "" : group;
      place += "/";
      place += link;
      const Hdf5File::Kind kind = file_.kind(place);
      if (kind == Hdf5File::Kind::nothing) continue;
      if (is_matrix(file_, place, kind)) {
        found_.push_back(place);
      } else if (kind == Hdf5File::Kind::group && depth > 0) {
        look_into(place, depth - 1);
      }
    }
  }

  const Hdf5File& file_;
  std::size_t seen_ = 0;
  std::vector<std::string> found_;
};

std::string listed(const std::vector<std::string>& found) {
  if (found.empty()) return "no data set of two dimensions, and no sparse matrix";
  const std::size_t count = std::min(found.size(), kMaxListed);
  return fmt::format("{}{}",
                     fmt::join(found.begin(), found.begin() + static_cast<Index>(count), ", "),
                     found.size() > count ? fmt::format(" and {} more", found.size() - count) : "");
}

}  // namespace

bool holds_sparse(const Hdf5File& file, const std::string& group) {
  const std::string inside = group == "/" ? group : group + "/";
  return file.kind(group) == Hdf5File::Kind::group && file.has_data_set(inside + "data") &&
         file.has_data_set(inside + "indices") && file.has_data_set(inside + "indptr");
}

std::string choose_matrix(const Hdf5File& file, const std::string& asked) {
  if (!asked.empty()) {
    std::string place = asked.front() == '/' ? asked : "/" + asked;
    const Hdf5File::Kind kind = file.kind(place);
    if (kind != Hdf5File::Kind::nothing && is_matrix(file, place, kind)) return place;
    throw InvalidArgument(
        fmt::format("{}: {} {}; the file holds {}", file.name(), place,
                    kind == Hdf5File::Kind::nothing ? "is not in it" : "is no matrix of numbers",
                    listed(Search(file).found())));
  }
  const bool annotated =
      file.kind("/obs") != Hdf5File::Kind::nothing && file.kind("/var") != Hdf5File::Kind::nothing;
  const Hdf5File::Kind x = file.kind("/X");
  if (annotated && x != Hdf5File::Kind::nothing && is_matrix(file, "/X", x)) return "/X";
  if (holds_sparse(file, "/matrix")) return "/matrix";
  const std::vector<std::string> found = Search(file).found();
  if (found.size() == 1) return found.front();
  throw InvalidArgument(
      found.empty()
          ? fmt::format("{}: holds no matrix: {}; 10x Genomics' files have a group /matrix, "
                        "AnnData's an /X",
                        file.name(), listed(found))
          : fmt::format("{}: holds {} matrices, and one must be chosen with --dataset PATH or as "
                        "{}:PATH; it has {}",
                        file.name(), found.size(), file.name(), listed(found)));
}

}  // namespace nonneg::io
