// SPDX-License-Identifier: Apache-2.0
// Any content of an HDF5 file is a matrix that keeps its promises, or an Error. The file is made by
// libhdf5, in memory: what the fuzzer chooses are groups, data sets, attributes, types and numbers,
// and not the bytes of the format, which are libhdf5's to understand.
#include <hdf5.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "data/element_types.hpp"
#include "fuzz_input.hpp"
#include "fuzz_target.hpp"
#include "io/hdf5_file.hpp"
#include "io/hdf5_matrix.hpp"

namespace {

using nonneg::ElementType;
using nonneg::fuzz::Input;
using nonneg::io::Hdf5Handle;

hid_t native(const std::uint8_t*) { return H5T_NATIVE_UINT8; }
hid_t native(const std::int8_t*) { return H5T_NATIVE_INT8; }
hid_t native(const std::uint16_t*) { return H5T_NATIVE_UINT16; }
hid_t native(const std::int16_t*) { return H5T_NATIVE_INT16; }
hid_t native(const std::uint32_t*) { return H5T_NATIVE_UINT32; }
hid_t native(const std::int32_t*) { return H5T_NATIVE_INT32; }
hid_t native(const std::uint64_t*) { return H5T_NATIVE_UINT64; }
hid_t native(const std::int64_t*) { return H5T_NATIVE_INT64; }
hid_t native(const nonneg::Half*) { return H5T_NATIVE_INT16; }
hid_t native(const float*) { return H5T_NATIVE_FLOAT; }
hid_t native(const double*) { return H5T_NATIVE_DOUBLE; }

/// Half has no type of HDF5's own: its entries are written as integers.
hid_t hdf5_type(ElementType type) {
  return nonneg::with_element_type(type, [](const auto* null) { return native(null); });
}

/// A data set of numbers, of one dimension or two.
void add_numbers(hid_t file, const std::string& place, Input& input) {
  const ElementType type = input.element_type();
  std::size_t count = 0;
  const std::vector<std::byte> bytes = input.array(type, count);
  const bool matrix = input.byte() % 4U == 0 && count % 2 == 0;
  const hsize_t sizes[2] = {matrix ? 2 : count, count / 2};
  const Hdf5Handle space(H5Screate_simple(matrix ? 2 : 1, sizes, nullptr), H5Sclose);
  const Hdf5Handle made(H5Dcreate2(file, place.c_str(), hdf5_type(type), space.id(), H5P_DEFAULT,
                                   H5P_DEFAULT, H5P_DEFAULT),
                        H5Dclose);
  if (made) H5Dwrite(made.id(), hdf5_type(type), H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.data());
}

/// A data set of texts of four bytes.
void add_texts(hid_t file, const std::string& place, Input& input) {
  const hsize_t count = input.byte() % 16U;
  const Hdf5Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(type.id(), 4);
  const Hdf5Handle space(H5Screate_simple(1, &count, nullptr), H5Sclose);
  const Hdf5Handle made(
      H5Dcreate2(file, place.c_str(), type.id(), space.id(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
      H5Dclose);
  const std::string texts(static_cast<std::size_t>(count) * 4, 'n');
  if (made && count > 0) {
    H5Dwrite(made.id(), type.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, texts.data());
  }
}

void add_attributes(hid_t file, const char* place, Input& input) {
  const Hdf5Handle object(H5Oopen(file, place, H5P_DEFAULT), H5Oclose);
  if (!object) return;
  constexpr const char* kEncodings[] = {"csr_matrix", "csc_matrix", "array", ""};
  const std::string encoding = kEncodings[input.byte() % 4U];
  const Hdf5Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(type.id(), encoding.size() + 1);
  const Hdf5Handle scalar(H5Screate(H5S_SCALAR), H5Sclose);
  const Hdf5Handle text(
      H5Acreate2(object.id(), "encoding-type", type.id(), scalar.id(), H5P_DEFAULT, H5P_DEFAULT),
      H5Aclose);
  if (text) H5Awrite(text.id(), type.id(), encoding.c_str());
  const hsize_t count = 1 + input.byte() % 3U;
  std::int64_t sizes[3];
  for (std::int64_t& size : sizes) size = input.number();
  const Hdf5Handle space(H5Screate_simple(1, &count, nullptr), H5Sclose);
  const Hdf5Handle shape(
      H5Acreate2(object.id(), "shape", H5T_NATIVE_INT64, space.id(), H5P_DEFAULT, H5P_DEFAULT),
      H5Aclose);
  if (shape) H5Awrite(shape.id(), H5T_NATIVE_INT64, sizes);
}

Hdf5Handle made_file(Input& input) {
  const Hdf5Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  H5Pset_fapl_core(access.id(), 1U << 16U, false);
  Hdf5Handle file(H5Fcreate("fuzz.h5", H5F_ACC_TRUNC, H5P_DEFAULT, access.id()), H5Fclose);
  for (const char* group : {"X", "matrix", "matrix/features", "obs", "var"}) {
    if (input.byte() % 4U != 0) {
      Hdf5Handle(H5Gcreate2(file.id(), group, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Gclose);
    }
  }
  for (const char* group : {"X", "matrix", ""}) {
    for (const char* name : {"data", "indices", "indptr", "shape"}) {
      if (input.byte() % 8U != 0) {
        add_numbers(file.id(), std::string(group) + "/" + name, input);
      }
    }
  }
  for (const char* place :
       {"obs/_index", "var/_index", "matrix/barcodes", "matrix/features/name"}) {
    if (input.byte() % 2U != 0) add_texts(file.id(), place, input);
  }
  add_attributes(file.id(), "X", input);
  return file;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::uint64_t kMaxBytes = std::uint64_t{16} << 20U;
  Input input(data, size);
  const nonneg::io::Hdf5Session session;
  const bool by_place = input.byte() % 2U != 0;
  std::deque<std::vector<std::uint64_t>> arrays;
  const auto memory = [&arrays](std::uint64_t bytes) {
    arrays.emplace_back(bytes / sizeof(std::uint64_t) + 1);
    return reinterpret_cast<std::byte*>(arrays.back().data());
  };
  nonneg::io::Hdf5File file(made_file(input), "fuzz.h5", kMaxBytes, memory);
  nonneg::fuzz::run([&] {
    nonneg::io::Hdf5Contents contents = nonneg::io::read_contents(file, by_place ? "/matrix" : "");
    const bool in_place = contents.place_in_file.has_value();
    nonneg::io::LoadedMatrix matrix = nonneg::io::matrix_of(std::move(contents), "fuzz.h5");
    // Entries in place are in the file, which has no bytes here.
    if (in_place) matrix.view = nonneg::DataView();
    return matrix;
  });
  return 0;
}
