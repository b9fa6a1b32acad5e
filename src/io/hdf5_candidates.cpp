// SPDX-License-Identifier: Apache-2.0
#include "io/hdf5_candidates.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>

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

bool is_matrix_at(const Hdf5File& file, const std::string& place) {
  const Hdf5File::Kind kind = file.kind(place);
  return kind != Hdf5File::Kind::nothing && is_matrix(file, place, kind);
}

/// The groups of a MuData file that hold an X each.
std::vector<std::string> modalities_of(const Hdf5File& file) {
  std::vector<std::string> modalities;
  if (file.kind("/mod") != Hdf5File::Kind::group) return modalities;
  for (const std::string& name : file.links("/mod", kMaxObjects)) {
    const std::string modality = "/mod/" + name;
    if (is_matrix_at(file, modality + "/X")) modalities.push_back(modality);
  }
  return modalities;
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

bool is_loom(const Hdf5File& file) {
  return file.has_data_set("/matrix") && file.kind("/row_attrs") == Hdf5File::Kind::group &&
         file.kind("/col_attrs") == Hdf5File::Kind::group;
}

AnnDataPlace anndata_place(const std::string& place) {
  constexpr std::string_view kModalities = "/mod/";
  if (!place.starts_with(kModalities)) return {{}, place};
  const std::size_t end = std::min(place.find('/', kModalities.size()), place.size());
  return {place.substr(0, end), place.substr(end)};
}

std::vector<std::string> other_layers(const Hdf5File& file, const std::string& place) {
  const AnnDataPlace own = anndata_place(place);
  const bool of_layers = own.inside.starts_with("/layers/");
  if (own.inside != "/X" && own.inside != "/raw/X" && !of_layers) return {};
  std::vector<std::string> others;
  const auto add = [&](const std::string& other) {
    if (other != place && is_matrix_at(file, other)) others.push_back(other);
  };
  const std::string layers = own.root + "/layers";
  if (file.kind(layers) == Hdf5File::Kind::group) {
    for (const std::string& layer : file.links(layers, kMaxListed)) {
      add(fmt::format("{}/{}", layers, layer));
    }
  }
  add(own.root + "/raw/X");
  add(own.root + "/X");
  return others;
}

std::string choose_matrix(const Hdf5File& file, const std::string& asked) {
  if (!asked.empty()) {
    std::string place = asked.front() == '/' ? asked : "/" + asked;
    while (place.size() > 1 && place.back() == '/') place.pop_back();
    if (is_matrix_at(file, place)) return place;
    if (std::string x = place + "/X"; is_matrix_at(file, x)) return x;
    throw InvalidArgument(fmt::format(
        "{}: {} {}; the file holds {}", file.name(), place,
        file.kind(place) == Hdf5File::Kind::nothing ? "is not in it" : "is no matrix of numbers",
        listed(Search(file).found())));
  }
  const bool annotated =
      file.kind("/obs") != Hdf5File::Kind::nothing && file.kind("/var") != Hdf5File::Kind::nothing;
  if (annotated && is_matrix_at(file, "/X")) return "/X";
  if (holds_sparse(file, "/matrix") || is_loom(file)) return "/matrix";
  const std::vector<std::string> modalities = modalities_of(file);
  if (modalities.size() == 1) return modalities.front() + "/X";
  const std::vector<std::string> found = modalities.empty() ? Search(file).found() : modalities;
  if (found.size() == 1) return found.front();
  throw InvalidArgument(
      found.empty()
          ? fmt::format("{}: holds no matrix: {}; 10x Genomics' files have a group /matrix, "
                        "AnnData's an /X",
                        file.name(), listed(found))
          : fmt::format("{}: holds {} {}, and one must be chosen with --dataset PATH or as "
                        "{}:PATH; it has {}",
                        file.name(), found.size(), modalities.empty() ? "matrices" : "modalities",
                        file.name(), listed(found)));
}

}  // namespace nonneg::io
