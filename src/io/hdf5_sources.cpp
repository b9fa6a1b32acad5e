// SPDX-License-Identifier: Apache-2.0
#include "io/hdf5_sources.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>
#include <vector>

#include "io/hdf5_handle.hpp"

namespace nonneg::io {
namespace {

namespace fs = std::filesystem;

// A source may be virtual itself.
constexpr int kDeepest = 8;

/// The text that get(buffer, size) fills in; it returns the text's size.
template <class Get>
std::string text_from(const Get& get) {
  const ssize_t size = get(nullptr, 0);
  std::string text(size > 0 ? static_cast<std::size_t>(size) : 0, '\0');
  if (size > 0) get(text.data(), text.size() + 1);
  return text;
}

/// The name of the first of a series: "%b" counts its blocks, and "%%" is a percent sign.
std::string first_of_series(const std::string& pattern) {
  std::string name;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char next = i + 1 < pattern.size() ? pattern[i + 1] : '\0';
    if (pattern[i] != '%' || (next != 'b' && next != '%')) {
      name += pattern[i];
      continue;
    }
    name += next == 'b' ? '0' : '%';
    ++i;
  }
  return name;
}

/// Where libhdf5 looks for a source, first to last.
std::vector<fs::path> places_of(const std::string& name, const std::string& file,
                                const std::string& prefix) {
  const fs::path path(name);
  const fs::path beside = fs::path(file).parent_path();
  std::vector<fs::path> places;
  if (path.is_absolute()) places.push_back(path);
  const fs::path tail = path.is_absolute() ? path.filename() : path;
  if (!prefix.empty()) places.push_back(fs::path(prefix) / tail);
  places.push_back(beside / tail);
  places.push_back(tail);
  return places;
}

std::optional<std::string> missing_virtual_source(hid_t data_set, const std::string& file,
                                                  int depth);

/// The same of a data set within a source that is there.
std::optional<std::string> missing_within(hid_t source, const std::string& path,
                                          const std::string& place, int depth) {
  const Hdf5Handle data_set(H5Dopen2(source, place.c_str(), H5P_DEFAULT), H5Dclose);
  if (!data_set) return fmt::format("its source {} has no data set {}", path, place);
  return depth > 0 ? missing_virtual_source(data_set.id(), path, depth - 1) : std::nullopt;
}

std::optional<std::string> missing_virtual_source(hid_t data_set, const std::string& file,
                                                  int depth) {
  const Hdf5Handle layout(H5Dget_create_plist(data_set), H5Pclose);
  std::size_t count = 0;
  if (!layout || H5Pget_layout(layout.id()) != H5D_VIRTUAL ||
      H5Pget_virtual_count(layout.id(), &count) < 0) {
    return std::nullopt;
  }
  const Hdf5Handle access(H5Dget_access_plist(data_set), H5Pclose);
  const std::string prefix = text_from([&](char* buffer, std::size_t size) {
    return H5Pget_virtual_prefix(access.id(), buffer, size);
  });
  std::set<std::pair<std::string, std::string>> seen;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string name = first_of_series(text_from([&](char* buffer, std::size_t size) {
      return H5Pget_virtual_filename(layout.id(), i, buffer, size);
    }));
    const std::string place = first_of_series(text_from([&](char* buffer, std::size_t size) {
      return H5Pget_virtual_dsetname(layout.id(), i, buffer, size);
    }));
    if (!seen.emplace(name, place).second) continue;
    std::optional<Hdf5Handle> source;
    std::string path = file;
    if (name == ".") {
      source.emplace(H5Iget_file_id(data_set), H5Fclose);
    } else {
      for (const fs::path& candidate : places_of(name, file, prefix)) {
        path = candidate.string();
        source.emplace(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
        if (*source) break;
      }
    }
    if (!source || !*source) return fmt::format("its source {} cannot be opened", name);
    if (auto missing = missing_within(source->id(), path, place, depth)) return missing;
  }
  return std::nullopt;
}

/// Of entries in raw files, libhdf5 reads what lies behind a file's end as zeros.
std::optional<std::string> missing_raw_bytes(hid_t data_set, double bytes) {
  constexpr std::size_t kNameBytes = 4096;
  const Hdf5Handle layout(H5Dget_create_plist(data_set), H5Pclose);
  const int count = layout ? H5Pget_external_count(layout.id()) : 0;
  if (count <= 0) return std::nullopt;
  const Hdf5Handle access(H5Dget_access_plist(data_set), H5Pclose);
  const std::string prefix = text_from([&](char* buffer, std::size_t size) {
    return H5Pget_efile_prefix(access.id(), buffer, size);
  });
  for (int i = 0; i < count && bytes > 0; ++i) {
    std::string name(kNameBytes, '\0');
    off_t offset = 0;
    hsize_t size = 0;
    if (H5Pget_external(layout.id(), static_cast<unsigned>(i), name.size() - 1, name.data(),
                        &offset, &size) < 0) {
      return "its raw files cannot be listed";
    }
    name.resize(name.find('\0'));
    const fs::path path = fs::path(prefix) / name;
    std::error_code error;
    const std::uintmax_t found = fs::file_size(path, error);
    const double part = std::min(bytes, static_cast<double>(size));
    if (error) return fmt::format("its raw file {} cannot be read: {}", name, error.message());
    if (static_cast<double>(found) < static_cast<double>(offset) + part) {
      return fmt::format("its raw file {} has {} bytes, and {:.0f} belong to it", name, found,
                         static_cast<double>(offset) + part);
    }
    bytes -= part;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> missing_source(hid_t data_set, const std::string& file, double bytes) {
  auto missing = missing_virtual_source(data_set, file, kDeepest);
  return missing ? missing : missing_raw_bytes(data_set, bytes);
}

}  // namespace nonneg::io
