// SPDX-License-Identifier: Apache-2.0
#include "io/hdf5_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <string_view>

#include "base/byte_count.hpp"
#include "io/hdf5_blocks.hpp"
#include "io/hdf5_sources.hpp"
#include "io/hdf5_types.hpp"
#include "io/hdf5_watch.hpp"
#include "nonneg/error.hpp"

namespace nonneg::io {
namespace {

template <class Size>
double bytes_of(const std::vector<Size>& sizes, ElementType type) {
  auto bytes = static_cast<double>(element_size(type));
  for (const Size size : sizes) bytes *= static_cast<double>(size);
  return bytes;
}

/// A field of a compound in memory, which has nothing else in it.
Hdf5Handle compound_of(const std::string& field, hid_t type) {
  Hdf5Handle compound(H5Tcreate(H5T_COMPOUND, H5Tget_size(type)), H5Tclose);
  H5Tinsert(compound.id(), field.c_str(), 0, type);
  return compound;
}

std::string file_name_of(hid_t object) {
  const ssize_t size = H5Fget_name(object, nullptr, 0);
  std::string name(size > 0 ? static_cast<std::size_t>(size) : 0, '\0');
  if (size > 0) H5Fget_name(object, name.data(), name.size() + 1);
  return name;
}

}  // namespace

std::string hdf5_words() {
  std::string words;
  H5Ewalk2(
      H5E_DEFAULT, H5E_WALK_UPWARD,
      [](unsigned depth, const H5E_error2_t* error, void* data) -> herr_t {
        if (depth == 0 && error->desc != nullptr) *static_cast<std::string*>(data) = error->desc;
        return 0;
      },
      &words);
  H5Eclear2(H5E_DEFAULT);
  return words.empty() ? "libhdf5 gives no reason" : words;
}

Hdf5Session::Hdf5Session() {
  H5open();
  H5Eget_auto2(H5E_DEFAULT, &print_, &print_data_);
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

Hdf5Session::~Hdf5Session() { H5Eset_auto2(H5E_DEFAULT, print_, print_data_); }

Hdf5File::Hdf5File(const std::string& path, std::uint64_t max_bytes, Hdf5Memory memory)
    : name_(path),
      file_(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose),
      bytes_left_(max_bytes),
      memory_(std::move(memory)) {
  if (file_) return;
  const std::string words = hdf5_words();
  if (H5Fis_hdf5(path.c_str()) == 0) {
    throw InvalidArgument(fmt::format("{}: is not an HDF5 file ({}); copy it again", path, words));
  }
  throw IoError(fmt::format("{}: cannot open: {}", path, words), path);
}

void Hdf5File::fail(const std::string& place, const char* what) const {
  throw IoError(
      fmt::format("{}:{}: cannot {}: {}; copy the file again", name_, place, what, hdf5_words()),
      name_);
}

void Hdf5File::fail_to_read(const std::string& place, std::int64_t data_set,
                            const std::string& words) const {
  if (const auto filter = unknown_filter(data_set)) {
    throw NotAvailable(
        fmt::format("{}:{}: is compressed with {}, which the libhdf5 here cannot undo; write it "
                    "anew with gzip or uncompressed (h5py: compression=\"gzip\")",
                    name_, place, *filter));
  }
  throw IoError(
      fmt::format("{}:{}: is damaged: cannot read {}; copy the file again", name_, place, words),
      name_);
}

void Hdf5File::require_memory(const std::string& place, double bytes) const {
  if (bytes <= static_cast<double>(bytes_left_)) return;
  const auto needed = static_cast<std::uint64_t>(std::min(bytes, 1.8e19));
  throw OutOfMemory(
      fmt::format(
          "{}:{}: cannot allocate {} to read it: {} free; save it uncompressed in one piece "
          "(h5py: no chunks), which is read from disk in place",
          name_, place, byte_count(needed), byte_count(bytes_left_)),
      needed, bytes_left_);
}

Hdf5File::Kind Hdf5File::kind(const std::string& place) const {
  expect_hdf5_progress();
  const Hdf5Handle object(H5Oopen(file_.id(), place.c_str(), H5P_DEFAULT), H5Oclose);
  const H5I_type_t type = object ? H5Iget_type(object.id()) : H5I_BADID;
  H5Eclear2(H5E_DEFAULT);
  return type == H5I_GROUP ? Kind::group : type == H5I_DATASET ? Kind::data_set : Kind::nothing;
}

std::vector<std::string> Hdf5File::links(const std::string& group, std::size_t most) const {
  const Hdf5Handle opened(H5Gopen2(file_.id(), group.c_str(), H5P_DEFAULT), H5Gclose);
  H5G_info_t info{};
  if (!opened || H5Gget_info(opened.id(), &info) < 0) fail(group, "list");
  std::vector<std::string> names;
  for (hsize_t i = 0; i < info.nlinks && names.size() < most; ++i) {
    expect_hdf5_progress();
    const ssize_t size = H5Lget_name_by_idx(opened.id(), ".", H5_INDEX_NAME, H5_ITER_INC, i,
                                            nullptr, 0, H5P_DEFAULT);
    if (size < 0) fail(group, "list");
    std::string name(static_cast<std::size_t>(size), '\0');
    H5Lget_name_by_idx(opened.id(), ".", H5_INDEX_NAME, H5_ITER_INC, i, name.data(),
                       name.size() + 1, H5P_DEFAULT);
    H5L_info_t link{};
    if (H5Lget_info(opened.id(), name.c_str(), &link, H5P_DEFAULT) >= 0 &&
        link.type == H5L_TYPE_HARD) {
      names.push_back(std::move(name));
    }
  }
  return names;
}

/// An open data set, or an attribute of an object.
struct Hdf5File::Opened {
  Hdf5Handle object;
  /// The type of the entries in the file.
  Hdf5Handle stored;
  Hdf5Handle space;

  H5T_class_t kind() const { return H5Tget_class(stored.id()); }
  std::optional<NumberType> number() const { return number_type(stored.id()); }
  hssize_t count() const { return H5Sget_simple_extent_npoints(space.id()); }
};

Hdf5Handle Hdf5File::field_type(const Opened& opened, const std::string& field) {
  if (field.empty()) return {H5Tcopy(opened.stored.id()), H5Tclose};
  const int member = H5Tget_class(opened.stored.id()) == H5T_COMPOUND
                         ? H5Tget_member_index(opened.stored.id(), field.c_str())
                         : -1;
  if (member < 0) return {H5I_INVALID_HID, H5Tclose};
  return {H5Tget_member_type(opened.stored.id(), static_cast<unsigned>(member)), H5Tclose};
}

Hdf5File::Opened Hdf5File::open(const std::string& data_set) const {
  expect_hdf5_progress();
  Hdf5Handle object(H5Dopen2(file_.id(), data_set.c_str(), H5P_DEFAULT), H5Dclose);
  if (!object) fail(data_set, "open");
  Hdf5Handle stored(H5Dget_type(object.id()), H5Tclose);
  Hdf5Handle space(H5Dget_space(object.id()), H5Sclose);
  if (!stored || !space) fail(data_set, "read its type and shape");
  return {std::move(object), std::move(stored), std::move(space)};
}

std::optional<Hdf5File::Opened> Hdf5File::open_attribute(const std::string& object,
                                                         const std::string& attribute) const {
  expect_hdf5_progress();
  Hdf5Handle opened(
      H5Aopen_by_name(file_.id(), object.c_str(), attribute.c_str(), H5P_DEFAULT, H5P_DEFAULT),
      H5Aclose);
  H5Eclear2(H5E_DEFAULT);
  if (!opened) return std::nullopt;
  Hdf5Handle stored(H5Aget_type(opened.id()), H5Tclose);
  Hdf5Handle space(H5Aget_space(opened.id()), H5Sclose);
  if (!stored || !space) return std::nullopt;
  return Opened{std::move(opened), std::move(stored), std::move(space)};
}

std::vector<Index> Hdf5File::sizes_of(const Opened& data_set, const std::string& place) const {
  const int rank = H5Sget_simple_extent_ndims(data_set.space.id());
  if (rank < 0) fail(place, "read its shape");
  std::vector<hsize_t> sizes(static_cast<std::size_t>(rank));
  if (rank > 0 && H5Sget_simple_extent_dims(data_set.space.id(), sizes.data(), nullptr) < 0) {
    fail(place, "read its shape");
  }
  std::vector<Index> checked;
  for (const hsize_t size : sizes) {
    if (size > static_cast<hsize_t>(std::numeric_limits<Index>::max())) {
      throw InvalidArgument(fmt::format("{}:{}: shape ({}) does not fit into 64 bits", name_, place,
                                        fmt::join(sizes, ", ")));
    }
    checked.push_back(static_cast<Index>(size));
  }
  return checked;
}

Hdf5File::Shape Hdf5File::shape(const std::string& data_set) const {
  const Opened opened = open(data_set);
  const std::optional<NumberType> number = opened.number();
  return {sizes_of(opened, data_set),
          number ? std::optional<ElementType>(number->type) : std::nullopt};
}

std::optional<std::uint64_t> Hdf5File::place_in_file(const std::string& data_set) const {
  const Opened opened = open(data_set);
  const Hdf5Handle layout(H5Dget_create_plist(opened.object.id()), H5Pclose);
  const std::optional<NumberType> number = opened.number();
  // A link may lead into another file.
  const bool plain = number && layout && H5Pget_layout(layout.id()) == H5D_CONTIGUOUS &&
                     H5Pget_external_count(layout.id()) == 0 &&
                     H5Tequal(opened.stored.id(), number->memory.id()) > 0 &&
                     file_name_of(opened.object.id()) == file_name_of(file_.id());
  if (!plain) return std::nullopt;
  const haddr_t place = H5Dget_offset(opened.object.id());
  if (place == HADDR_UNDEF) return std::nullopt;
  return place;
}

Hdf5Array Hdf5File::read(const std::string& data_set) {
  const Opened opened = open(data_set);
  const std::optional<NumberType> number = opened.number();
  if (!number) {
    throw InvalidArgument(fmt::format(
        "{}:{}: holds no integers of up to 64 bits, and no floats of 16, 32 or 64; save it as "
        "float32",
        name_, data_set));
  }
  Hdf5Array array;
  array.type = number->type;
  array.sizes = sizes_of(opened, data_set);
  const std::vector<Index> chunk = chunk_of(opened.object.id(), array.sizes.size());
  // A chunk as it lies in the file, and decompressed.
  const double scratch = chunk.empty() ? 0 : 2 * bytes_of(chunk, array.type);
  const double needed = bytes_of(array.sizes, array.type);
  require_memory(data_set, needed + scratch);
  if (const auto missing = missing_source(opened.object.id(), name_, needed)) {
    throw IoError(fmt::format("{}:{}: {}, and what lies there would be read as fill values; put it "
                              "where the file names it",
                              name_, data_set, *missing),
                  name_);
  }
  std::uint64_t exact = element_size(array.type);
  for (const Index size : array.sizes) exact *= static_cast<std::uint64_t>(size);
  array.entries = memory_(exact);
  allow_hdf5_memory(scratch + bytes_beside_chunks(opened.object.id()));
  const auto failure = read_blocks({opened.object.id(), number->memory.id(),
                                    element_size(array.type), array.sizes, chunk, array.entries});
  if (failure) fail_to_read(data_set, opened.object.id(), *failure);
  bytes_left_ -= exact;
  return array;
}

std::optional<std::vector<std::string>> Hdf5File::texts(const std::string& data_set,
                                                        const std::string& field) const {
  const Opened opened = open(data_set);
  const std::vector<Index> sizes = sizes_of(opened, data_set);
  if (sizes.size() != 1) return std::nullopt;
  const Hdf5Handle type = field_type(opened, field);
  if (!type || H5Tget_class(type.id()) != H5T_STRING) return std::nullopt;
  // As libhdf5 hands them over, and as texts.
  constexpr std::size_t kTextBytes = 96;
  const double bytes = static_cast<double>(2 * H5Tget_size(type.id()) + kTextBytes) *
                       static_cast<double>(sizes.front());
  require_memory(data_set, bytes);
  allow_hdf5_memory(bytes);
  expect_hdf5_progress(bytes);
  const Hdf5Handle compound =
      field.empty() ? Hdf5Handle(H5I_INVALID_HID, H5Tclose) : compound_of(field, type.id());
  auto texts = read_texts(
      type.id(), opened.space.id(), static_cast<std::size_t>(sizes.front()),
      [&](hid_t memory, void* buffer) {
        return H5Dread(opened.object.id(), memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, buffer) >= 0;
      },
      compound.id());
  if (!texts) fail_to_read(data_set, opened.object.id(), hdf5_words());
  return texts;
}

std::optional<std::vector<Index>> Hdf5File::integers(const std::string& data_set,
                                                     const std::string& field) const {
  const Opened opened = open(data_set);
  const std::vector<Index> sizes = sizes_of(opened, data_set);
  if (sizes.size() != 1) return std::nullopt;
  const Hdf5Handle type = field_type(opened, field);
  if (!type || H5Tget_class(type.id()) != H5T_INTEGER) return std::nullopt;
  const double bytes = static_cast<double>(sizes.front()) * sizeof(Index);
  require_memory(data_set, bytes);
  allow_hdf5_memory(2 * bytes);
  expect_hdf5_progress(bytes);
  static_assert(sizeof(Index) == sizeof(std::int64_t));
  const Hdf5Handle memory = field.empty() ? Hdf5Handle(H5Tcopy(H5T_NATIVE_INT64), H5Tclose)
                                          : compound_of(field, H5T_NATIVE_INT64);
  std::vector<Index> values(static_cast<std::size_t>(sizes.front()));
  if (H5Dread(opened.object.id(), memory.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) < 0) {
    fail_to_read(data_set, opened.object.id(), hdf5_words());
  }
  return values;
}

std::vector<std::string> Hdf5File::fields(const std::string& data_set) const {
  const Opened opened = open(data_set);
  std::vector<std::string> names;
  if (opened.kind() != H5T_COMPOUND) return names;
  const int count = H5Tget_nmembers(opened.stored.id());
  for (int i = 0; i < count; ++i) {
    char* const name = H5Tget_member_name(opened.stored.id(), static_cast<unsigned>(i));
    if (name == nullptr) fail(data_set, "read its fields");
    names.emplace_back(name);
    H5free_memory(name);
  }
  return names;
}

std::string Hdf5File::referred_place(const std::string& object,
                                     const std::string& attribute) const {
  const std::optional<Opened> opened = open_attribute(object, attribute);
  hobj_ref_t reference = 0;
  if (!opened || opened->kind() != H5T_REFERENCE || opened->count() != 1 ||
      H5Tequal(opened->stored.id(), H5T_STD_REF_OBJ) <= 0 ||
      H5Aread(opened->object.id(), H5T_STD_REF_OBJ, &reference) < 0) {
    return {};
  }
  const ssize_t size = H5Rget_name(file_.id(), H5R_OBJECT, &reference, nullptr, 0);
  std::string name(size > 0 ? static_cast<std::size_t>(size) : 0, '\0');
  if (size > 0) H5Rget_name(file_.id(), H5R_OBJECT, &reference, name.data(), name.size() + 1);
  H5Eclear2(H5E_DEFAULT);
  return name;
}

std::string Hdf5File::text_attribute(const std::string& object,
                                     const std::string& attribute) const {
  const std::optional<Opened> opened = open_attribute(object, attribute);
  if (!opened || opened->kind() != H5T_STRING || opened->count() != 1) return {};
  const auto texts = read_texts(
      opened->stored.id(), opened->space.id(), 1,
      [&](hid_t type, void* buffer) { return H5Aread(opened->object.id(), type, buffer) >= 0; });
  if (!texts) fail(object, "read an attribute");
  return texts->front();
}

std::vector<Index> Hdf5File::index_attribute(const std::string& object,
                                             const std::string& attribute) const {
  constexpr hssize_t kMax = 8;
  const std::optional<Opened> opened = open_attribute(object, attribute);
  if (!opened || opened->kind() != H5T_INTEGER) return {};
  const hssize_t count = opened->count();
  if (count < 1 || count > kMax) return {};
  std::vector<Index> values(static_cast<std::size_t>(count));
  static_assert(sizeof(Index) == sizeof(std::int64_t));
  if (H5Aread(opened->object.id(), H5T_NATIVE_INT64, values.data()) < 0) {
    fail(object, "read an attribute");
  }
  return values;
}

}  // namespace nonneg::io
