#include "io/hdf5_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <string_view>

#include "base/byte_count.hpp"
#include "nonneg/error.hpp"

namespace nonneg::io {
namespace {

std::mutex& session_mutex() {
  static std::mutex mutex;
  return mutex;
}

/// What libhdf5 says of the latest failure: the words of the function that met it first.
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

/// The stored type, and the type in memory in which libhdf5 hands it over.
struct NumberType {
  ElementType type;
  Hdf5Handle memory;
};

bool is_binary16(hid_t type) {
  std::size_t sign = 0;
  std::size_t exponent = 0;
  std::size_t exponent_bits = 0;
  std::size_t mantissa = 0;
  std::size_t mantissa_bits = 0;
  return H5Tget_size(type) == 2 &&
         H5Tget_fields(type, &sign, &exponent, &exponent_bits, &mantissa, &mantissa_bits) >= 0 &&
         sign == 15 && exponent == 10 && exponent_bits == 5 && mantissa == 0 &&
         mantissa_bits == 10 && H5Tget_order(type) == H5T_ORDER_LE;
}

std::optional<NumberType> number_type(hid_t stored) {
  const auto native = [](ElementType type, hid_t id) {
    return NumberType{type, {H5Tcopy(id), H5Tclose}};
  };
  const std::size_t size = H5Tget_size(stored);
  const H5T_class_t kind = H5Tget_class(stored);
  if (kind == H5T_FLOAT) {
    if (size == 8) return native(ElementType::float64, H5T_NATIVE_DOUBLE);
    if (size == 4) return native(ElementType::float32, H5T_NATIVE_FLOAT);
    if (is_binary16(stored)) return native(ElementType::float16, stored);
    return std::nullopt;
  }
  // h5py's booleans are an enumeration of two bytes-sized values.
  if (kind == H5T_ENUM && size == 1) return native(ElementType::uint8, stored);
  if (kind != H5T_INTEGER) return std::nullopt;
  const bool is_signed = H5Tget_sign(stored) != H5T_SGN_NONE;
  switch (size) {
    case 1:
      return is_signed ? native(ElementType::int8, H5T_NATIVE_INT8)
                       : native(ElementType::uint8, H5T_NATIVE_UINT8);
    case 2:
      return is_signed ? native(ElementType::int16, H5T_NATIVE_INT16)
                       : native(ElementType::uint16, H5T_NATIVE_UINT16);
    case 4:
      return is_signed ? native(ElementType::int32, H5T_NATIVE_INT32)
                       : native(ElementType::uint32, H5T_NATIVE_UINT32);
    case 8:
      return is_signed ? native(ElementType::int64, H5T_NATIVE_INT64)
                       : native(ElementType::uint64, H5T_NATIVE_UINT64);
    default:
      return std::nullopt;
  }
}

/// Text of a fixed length, without what fills it up.
std::string unpadded(const char* text, std::size_t size, H5T_str_t padding) {
  std::string_view view(text, size);
  view = view.substr(0, view.find('\0'));
  if (padding == H5T_STR_SPACEPAD) {
    view = view.substr(0, view.find_last_not_of(' ') + 1);
  }
  return std::string(view);
}

/// Calls read(type, buffer) for the texts in memory and returns them; `read` says whether it could.
template <class Read>
std::optional<std::vector<std::string>> read_texts(hid_t stored, hid_t space, std::size_t count,
                                                   const Read& read) {
  std::vector<std::string> texts;
  texts.reserve(count);
  const Hdf5Handle type(H5Tcopy(stored), H5Tclose);
  if (H5Tis_variable_str(stored) > 0) {
    std::vector<char*> pointers(count, nullptr);
    if (!read(type.id(), pointers.data())) return std::nullopt;
    for (const char* text : pointers) texts.emplace_back(text != nullptr ? text : "");
    H5Dvlen_reclaim(type.id(), space, H5P_DEFAULT, pointers.data());
    return texts;
  }
  const std::size_t size = H5Tget_size(stored);
  std::vector<char> bytes(count * size);
  if (!read(type.id(), bytes.data())) return std::nullopt;
  for (std::size_t i = 0; i < count; ++i) {
    texts.push_back(unpadded(bytes.data() + i * size, size, H5Tget_strpad(stored)));
  }
  return texts;
}

/// The sizes of a chunk; empty where the entries lie in no chunks.
std::vector<hsize_t> chunk_of(hid_t data_set, std::size_t dimensions) {
  const Hdf5Handle layout(H5Dget_create_plist(data_set), H5Pclose);
  if (!layout || dimensions == 0 || H5Pget_layout(layout.id()) != H5D_CHUNKED) return {};
  std::vector<hsize_t> sizes(dimensions, 1);
  if (H5Pget_chunk(layout.id(), static_cast<int>(dimensions), sizes.data()) < 0) return {};
  return sizes;
}

template <class Size>
double bytes_of(const std::vector<Size>& sizes, ElementType type) {
  auto bytes = static_cast<double>(element_size(type));
  for (const Size size : sizes) bytes *= static_cast<double>(size);
  return bytes;
}

/// Fills array.bytes, a block of rows at a time: libhdf5 keeps notes about all chunks of what it is
/// asked for at once. A block is of whole chunks, so that none is decompressed twice. False where
/// libhdf5 could not.
bool read_blocks(hid_t data_set, hid_t memory_type, const Hdf5Array& array, Index chunk_rows) {
  constexpr Index kBlockBytes = Index{16} << 20U;
  if (array.sizes.empty()) {
    return H5Dread(data_set, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, array.bytes.data()) >= 0;
  }
  const Index rows = array.sizes.front();
  const Index row_bytes = static_cast<Index>(array.bytes.size()) / rows;
  const Index chunks = std::max<Index>(1, kBlockBytes / row_bytes / chunk_rows);
  const Index block_rows = chunks > rows / chunk_rows ? rows : chunks * chunk_rows;
  const std::vector<hsize_t> sizes(array.sizes.begin(), array.sizes.end());
  std::vector<hsize_t> first(sizes.size(), 0);
  std::vector<hsize_t> count = sizes;
  const Hdf5Handle in_file(H5Dget_space(data_set), H5Sclose);
  for (Index row = 0; row < rows; row += block_rows) {
    first.front() = static_cast<hsize_t>(row);
    count.front() = static_cast<hsize_t>(std::min(block_rows, rows - row));
    const Hdf5Handle in_memory(
        H5Screate_simple(static_cast<int>(count.size()), count.data(), nullptr), H5Sclose);
    if (!in_file || !in_memory ||
        H5Sselect_hyperslab(in_file.id(), H5S_SELECT_SET, first.data(), nullptr, count.data(),
                            nullptr) < 0 ||
        H5Dread(data_set, memory_type, in_memory.id(), in_file.id(), H5P_DEFAULT,
                array.bytes.data() + row * row_bytes) < 0) {
      return false;
    }
  }
  return true;
}

std::string file_name_of(hid_t object) {
  const ssize_t size = H5Fget_name(object, nullptr, 0);
  std::string name(size > 0 ? static_cast<std::size_t>(size) : 0, '\0');
  if (size > 0) H5Fget_name(object, name.data(), name.size() + 1);
  return name;
}

}  // namespace

Hdf5Session::Hdf5Session() : lock_(session_mutex()) {
  H5open();
  H5Eget_auto2(H5E_DEFAULT, &print_, &print_data_);
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

Hdf5Session::~Hdf5Session() { H5Eset_auto2(H5E_DEFAULT, print_, print_data_); }

Hdf5File::Hdf5File(const std::string& path, std::uint64_t max_bytes)
    : name_(path),
      file_(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose),
      bytes_left_(max_bytes) {
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

Hdf5File::Opened Hdf5File::open(const std::string& data_set) const {
  Hdf5Handle object(H5Dopen2(file_.id(), data_set.c_str(), H5P_DEFAULT), H5Dclose);
  if (!object) fail(data_set, "open");
  Hdf5Handle stored(H5Dget_type(object.id()), H5Tclose);
  Hdf5Handle space(H5Dget_space(object.id()), H5Sclose);
  if (!stored || !space) fail(data_set, "read its type and shape");
  return {std::move(object), std::move(stored), std::move(space)};
}

std::optional<Hdf5File::Opened> Hdf5File::open_attribute(const std::string& object,
                                                         const std::string& attribute) const {
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
  const std::vector<hsize_t> chunk = chunk_of(opened.object.id(), array.sizes.size());
  // A chunk as it lies in the file, and decompressed.
  const double scratch = chunk.empty() ? 0 : 2 * bytes_of(chunk, array.type);
  require_memory(data_set, bytes_of(array.sizes, array.type) + scratch);
  std::uint64_t exact = element_size(array.type);
  for (const Index size : array.sizes) exact *= static_cast<std::uint64_t>(size);
  array.bytes = ByteBuffer(name_);
  array.bytes.reserve(exact);
  array.bytes.grow(static_cast<std::size_t>(exact));
  if (exact > 0 &&
      !read_blocks(opened.object.id(), number->memory.id(), array,
                   chunk.empty() ? 1 : std::max<Index>(1, static_cast<Index>(chunk.front())))) {
    fail(data_set, "read");
  }
  bytes_left_ -= exact;
  return array;
}

std::optional<std::vector<std::string>> Hdf5File::texts(const std::string& data_set) {
  const Opened opened = open(data_set);
  const std::vector<Index> sizes = sizes_of(opened, data_set);
  if (sizes.size() != 1 || opened.kind() != H5T_STRING) return std::nullopt;
  const double bytes = static_cast<double>(H5Tget_size(opened.stored.id()) + sizeof(std::string)) *
                       static_cast<double>(sizes.front());
  require_memory(data_set, bytes);
  auto texts = read_texts(opened.stored.id(), opened.space.id(),
                          static_cast<std::size_t>(sizes.front()), [&](hid_t type, void* buffer) {
                            return H5Dread(opened.object.id(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT,
                                           buffer) >= 0;
                          });
  if (!texts) fail(data_set, "read");
  return texts;
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
