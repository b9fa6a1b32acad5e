// SPDX-License-Identifier: Apache-2.0
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <numeric>
#include <thread>

#include "io_testing.hpp"
#include "nonneg/error.hpp"
#include "nonneg/matrix_file.hpp"

namespace nonneg::test {
namespace {

/// Entry (i, j) is 1000 i + j, in rows of `ld`; what lies between is -1.
template <class T>
std::vector<T> numbered(Index rows, Index cols, Index ld) {
  std::vector<T> data(static_cast<std::size_t>(rows * ld), T(-1));
  for (Index i = 0; i < rows; ++i) {
    for (Index j = 0; j < cols; ++j) {
      data[static_cast<std::size_t>(i * ld + j)] = static_cast<T>(1000 * i + j);
    }
  }
  return data;
}

struct Size {
  Index rows, cols, ld;
};

template <class T>
class WriteNpy : public testing::Test {};
using Types = testing::Types<float, double>;
TYPED_TEST_SUITE(WriteNpy, Types);

TYPED_TEST(WriteNpy, IsReadBackAsItWas) {
  const TemporaryDirectory directory;
  for (const auto& [rows, cols, ld] :
       {Size{597, 43, 43}, Size{597, 43, 48}, Size{1, 7, 9}, Size{9, 1, 1}, Size{3000, 801, 803}}) {
    const auto data = numbered<TypeParam>(rows, cols, ld);
    const std::string path = directory.file("A.npy");

    write_npy(path, MatrixView<const TypeParam>(data.data(), rows, cols, ld));

    const MatrixFile file = MatrixFile::open(path);
    EXPECT_TRUE(file.mapped());
    EXPECT_TRUE(file.view().row_major());
    EXPECT_EQ(file.view().rows(), rows);
    EXPECT_EQ(file.view().cols(), cols);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(file.view().data()) % 64, 0U);
    EXPECT_EQ(entries<TypeParam>(file.view()), numbered<TypeParam>(rows, cols, cols));
  }
}

TYPED_TEST(WriteNpy, TransposedIsReadBackAsTheTranspose) {
  const TemporaryDirectory directory;
  for (const auto& [rows, cols, ld] :
       {Size{597, 43, 48}, Size{1, 7, 9}, Size{9, 1, 1}, Size{100003, 17, 17}}) {
    const auto data = numbered<TypeParam>(rows, cols, ld);
    const std::string path = directory.file("At.npy");

    write_npy_transposed(path, MatrixView<const TypeParam>(data.data(), rows, cols, ld));

    const MatrixFile file = MatrixFile::open(path);
    ASSERT_EQ(file.view().rows(), cols);
    ASSERT_EQ(file.view().cols(), rows);
    EXPECT_TRUE(file.view().row_major());
    Index wrong = 0;
    for (Index i = 0; i < rows; ++i) {
      for (Index j = 0; j < cols; ++j) {
        wrong += entry<TypeParam>(file.view(), j, i) != data[static_cast<std::size_t>(i * ld + j)];
      }
    }
    EXPECT_EQ(wrong, 0);
  }
}

TYPED_TEST(WriteNpy, WritesAnEmptyMatrix) {
  const TemporaryDirectory directory;

  write_npy(directory.file("A.npy"), MatrixView<const TypeParam>(nullptr, 0, 5));
  write_npy_transposed(directory.file("At.npy"), MatrixView<const TypeParam>(nullptr, 0, 5));

  EXPECT_EQ(MatrixFile::open(directory.file("A.npy")).view().cols(), 5);
  EXPECT_EQ(MatrixFile::open(directory.file("At.npy")).view().rows(), 5);
}

TEST(WrittenNpy, HasTheHeaderThatNumPyWrites) {
  const TemporaryDirectory directory;
  const std::vector<float> data{1, 2};

  write_npy(directory.file("A.npy"), MatrixView<const float>(data.data(), 1, 2));

  const std::string bytes = read_file(directory.file("A.npy"));
  ASSERT_EQ(bytes.size(), 128U + 8U);
  EXPECT_EQ(bytes.substr(0, 10), std::string("\x93NUMPY\x01\x00\x76\x00", 10));
  EXPECT_TRUE(bytes.substr(10).starts_with(
      "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }  "));
  EXPECT_EQ(bytes[127], '\n');
}

TEST(WrittenNpy, ReplacesAnOlderFileAlsoBehindALink) {
  const TemporaryDirectory directory;
  const std::string old = directory.write("old.npy", "what was there");
  const std::string link = directory.file("link.npy");
  std::filesystem::create_symlink("old.npy", link);
  const std::vector<float> data{1, 2};

  write_npy(link, MatrixView<const float>(data.data(), 1, 2));

  EXPECT_TRUE(std::filesystem::is_symlink(link));
  EXPECT_EQ(entries<float>(MatrixFile::open(old).view()), data);
  EXPECT_EQ(directory.entries(), 2U);
}

TEST(WrittenNpy, GoesThroughAPipe) {
  const TemporaryDirectory directory;
  const std::string path = directory.file("pipe.npy");
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  const std::vector<double> data{1, 2, 3, 4, 5, 6};
  std::thread writer(
      [&] { write_npy_transposed(path, MatrixView<const double>(data.data(), 2, 3)); });

  const MatrixFile file = MatrixFile::open(path);
  writer.join();

  EXPECT_EQ(file.view().rows(), 3);
  EXPECT_EQ(entries<double>(file.view()), (std::vector<double>{1, 4, 2, 5, 3, 6}));
}

TEST(WrittenNpy, SaysInTheSystemsWordsWhyItCannotBe) {
  const TemporaryDirectory directory;
  const std::vector<float> data{1, 2};
  const MatrixView<const float> A(data.data(), 1, 2);
  const std::string nowhere = directory.file("no/such/A.npy");

  EXPECT_EQ(words_of<IoError>([&] { write_npy(nowhere, A); }),
            nowhere + ": cannot create: No such file or directory");
  EXPECT_EQ(words_of<IoError>([&] { write_npy(directory.path().string(), A); }),
            directory.path().string() + ": cannot write: Is a directory");
}

TEST(WrittenNpy, NamesAFullDisk) {
  if (!std::filesystem::exists("/dev/full")) {
    GTEST_SKIP() << "no /dev/full here";
  }
  const std::vector<float> data{1, 2};
  const MatrixView<const float> A(data.data(), 1, 2);

  EXPECT_EQ(words_of<IoError>([&] { write_npy("/dev/full", A); }),
            "/dev/full: cannot write: No space left on device");
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/full"));
}

/// Files of this process may not grow beyond `bytes`, until the end of the scope.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    (void)std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int);
};

TEST(WrittenNpy, LeavesNoPartialFileAndAnOlderOneAsItWas) {
  const TemporaryDirectory directory;
  const std::string old = directory.write("old.npy", "what was there");
  const std::string fresh = directory.file("new.npy");
  const auto data = numbered<double>(100, 100, 100);
  const MatrixView<const double> A(data.data(), 100, 100);

  std::string words;
  {
    const FileSizeLimit limit(4096);
    words = words_of<IoError>([&] { write_npy(fresh, A); });
    words_of<IoError>([&] { write_npy(old, A); });
    words_of<IoError>([&] { write_npy_transposed(old, A); });
  }

  EXPECT_EQ(words, fresh + ": cannot write: File too large");
  EXPECT_EQ(read_file(old), "what was there");
  EXPECT_EQ(directory.entries(), 1U);
}

}  // namespace
}  // namespace nonneg::test
