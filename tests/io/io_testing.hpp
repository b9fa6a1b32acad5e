// SPDX-License-Identifier: Apache-2.0
/// What the tests of the readers and writers share: files, streams, and errors with their words.
#pragma once

#include <gtest/gtest.h>
#include <zlib.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "nonneg/data_view.hpp"

namespace nonneg::test {

/// A directory of this test's own, removed at its end.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "nonneg-io-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
      throw std::runtime_error("cannot make " + name);
    }
    path_ = name;
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  const std::filesystem::path& path() const { return path_; }
  std::string file(const std::string& name) const { return (path_ / name).string(); }
  /// Writes a file and returns its path.
  std::string write(const std::string& name, std::string_view content) const {
    std::ofstream(path_ / name, std::ios::binary) << content;
    return file(name);
  }
  std::size_t entries() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(path_), {}));
  }

 private:
  std::filesystem::path path_;
};

inline std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream content;
  content << in.rdbuf();
  return content.str();
}

/// A version 1.0 .npy file with this dict, unpadded, and these bytes behind it.
inline std::string npy_bytes(std::string_view dict, std::string_view data = {}) {
  std::string bytes("\x93NUMPY\x01\x00", 8);
  bytes += static_cast<char>(dict.size() & 0xFFU);
  bytes += static_cast<char>(dict.size() >> 8U);
  bytes += dict;
  bytes += data;
  return bytes;
}

template <class T>
std::string bytes_of(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

/// One gzip member.
inline std::string gzipped(std::string_view content) {
  z_stream z{};
  deflateInit2(&z, Z_BEST_SPEED, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&z, static_cast<uLong>(content.size())) + 32, '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  z.avail_in = static_cast<uInt>(content.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  deflate(&z, Z_FINISH);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

template <class E>
E entry(const DataView& view, Index i, Index j) {
  return static_cast<const E*>(view.data())[i * view.row_stride() + j * view.col_stride()];
}

/// All entries, row after row.
template <class E>
std::vector<E> entries(const DataView& view) {
  EXPECT_EQ(view.type(), ElementTypeOf<E>::value);
  std::vector<E> all;
  for (Index i = 0; i < view.rows(); ++i) {
    for (Index j = 0; j < view.cols(); ++j) {
      all.push_back(entry<E>(view, i, j));
    }
  }
  return all;
}

/// All entries of sparse data, row after row, with the zeros that are not stored. Fails the test
/// where a row's columns do not ascend.
inline std::vector<double> dense_entries(const SparseView& stored) {
  std::vector<double> all(static_cast<std::size_t>(stored.rows() * stored.cols()));
  for (Index i = 0; i < stored.rows(); ++i) {
    std::int32_t before = -1;
    for (Index e = stored.row_offsets()[i]; e < stored.row_offsets()[i + 1]; ++e) {
      const std::int32_t j = stored.columns()[e];
      EXPECT_GT(j, before) << "in row " << i;
      before = j;
      all[static_cast<std::size_t>(i * stored.cols() + j)] =
          stored.type() == ElementType::float32
              ? static_cast<double>(static_cast<const float*>(stored.values())[e])
              : static_cast<const double*>(stored.values())[e];
    }
  }
  return all;
}

/// Runs `action`, which must throw `Expected`, and returns its words.
template <class Expected, class Action>
std::string words_of(Action&& action) {
  try {
    action();
  } catch (const Expected& error) {
    return error.what();
  } catch (const std::exception& error) {
    ADD_FAILURE() << "threw another error: " << error.what();
    return {};
  }
  ADD_FAILURE() << "threw nothing";
  return {};
}

}  // namespace nonneg::test
