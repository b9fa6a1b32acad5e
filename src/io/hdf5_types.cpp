// SPDX-License-Identifier: Apache-2.0
#include "io/hdf5_types.hpp"

#include <string_view>

namespace nonneg::io {

namespace {

/// IEEE's binary16, in either byte order.
bool is_binary16(hid_t type) {
  std::size_t sign = 0;
  std::size_t exponent = 0;
  std::size_t exponent_bits = 0;
  std::size_t mantissa = 0;
  std::size_t mantissa_bits = 0;
  return H5Tget_size(type) == 2 &&
         H5Tget_fields(type, &sign, &exponent, &exponent_bits, &mantissa, &mantissa_bits) >= 0 &&
         sign == 15 && exponent == 10 && exponent_bits == 5 && mantissa == 0 && mantissa_bits == 10;
}

}  // namespace

std::optional<NumberType> number_type(hid_t stored) {
  const auto native = [](ElementType type, hid_t id) {
    return NumberType{type, {H5Tcopy(id), H5Tclose}};
  };
  const std::size_t size = H5Tget_size(stored);
  const H5T_class_t kind = H5Tget_class(stored);
  if (kind == H5T_FLOAT) {
    if (size == 8) return native(ElementType::float64, H5T_NATIVE_DOUBLE);
    if (size == 4) return native(ElementType::float32, H5T_NATIVE_FLOAT);
    if (!is_binary16(stored)) return std::nullopt;
    NumberType half = native(ElementType::float16, stored);
    H5Tset_order(half.memory.id(), H5Tget_order(H5T_NATIVE_INT16));
    return half;
  }
  // Booleans: h5py's are an enumeration of two values of a byte, PyTables' a field of 8 bits.
  if ((kind == H5T_ENUM || kind == H5T_BITFIELD) && size == 1)
    return native(ElementType::uint8, stored);
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

namespace {

/// Text of a fixed length, without what fills it up.
std::string unpadded(const char* text, std::size_t size, H5T_str_t padding) {
  std::string_view view(text, size);
  view = view.substr(0, view.find('\0'));
  if (padding == H5T_STR_SPACEPAD) {
    view = view.substr(0, view.find_last_not_of(' ') + 1);
  }
  return std::string(view);
}

}  // namespace

std::optional<std::vector<std::string>> read_texts(hid_t text, hid_t space, std::size_t count,
                                                   const ReadTexts& read, hid_t compound) {
  const Hdf5Handle type(H5Tcopy(compound >= 0 ? compound : text), H5Tclose);
  std::vector<std::string> texts;
  texts.reserve(count);
  if (H5Tis_variable_str(text) > 0) {
    std::vector<char*> pointers(count, nullptr);
    if (!read(type.id(), pointers.data())) return std::nullopt;
    for (const char* each : pointers) texts.emplace_back(each != nullptr ? each : "");
    H5Dvlen_reclaim(type.id(), space, H5P_DEFAULT, pointers.data());
    return texts;
  }
  const std::size_t size = H5Tget_size(text);
  std::vector<char> bytes(count * size);
  if (!read(type.id(), bytes.data())) return std::nullopt;
  for (std::size_t i = 0; i < count; ++i) {
    texts.push_back(unpadded(bytes.data() + i * size, size, H5Tget_strpad(text)));
  }
  return texts;
}

}  // namespace nonneg::io
