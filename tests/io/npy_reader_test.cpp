// SPDX-License-Identifier: Apache-2.0
#include "io/npy_reader.hpp"

#include <limits>

#include "io_testing.hpp"
#include "nonneg/error.hpp"
#include "nonneg/matrix_file.hpp"
#include "support/test_data.hpp"

namespace nonneg::test {
namespace {

std::string numpy_file(const std::string& name) { return test_data("npy/" + name + ".npy"); }

std::string refusal(const std::string& bytes) {
  return words_of<InvalidArgument>([&] { io::read_npy(bytes, "A.npy"); });
}

std::string header(std::string_view descr, std::string_view shape) {
  return "{'descr': '" + std::string(descr) +
         "', 'fortran_order': False, 'shape': " + std::string(shape) + ", }\n";
}

template <class E>
class NumpyFileOfType : public testing::Test {};
using IntegerAndFloatTypes =
    testing::Types<std::uint8_t, std::int8_t, std::uint16_t, std::int16_t, std::uint32_t,
                   std::int32_t, std::uint64_t, std::int64_t, float, double>;
TYPED_TEST_SUITE(NumpyFileOfType, IntegerAndFloatTypes);

TYPED_TEST(NumpyFileOfType, IsMappedWithItsEntries) {
  const std::string name(element_name(ElementTypeOf<TypeParam>::value));

  const MatrixFile file = MatrixFile::open(numpy_file(name));

  EXPECT_TRUE(file.mapped());
  EXPECT_EQ(file.format(), "npy");
  EXPECT_EQ(file.path(), numpy_file(name));
  EXPECT_TRUE(file.row_names().empty());
  EXPECT_TRUE(file.column_names().empty());
  EXPECT_TRUE(file.view().row_major());
  EXPECT_EQ(file.view().rows(), 3);
  EXPECT_EQ(entries<TypeParam>(file.view()),
            (std::vector<TypeParam>{0, 1, 2, 3, 10, 11, 12, 13, 20, 21, 22, 23}));
}

TEST(NumpyFile, OfFloat16KeepsItsBits) {
  const MatrixFile file = MatrixFile::open(numpy_file("float16"));

  ASSERT_EQ(file.view().type(), ElementType::float16);
  EXPECT_EQ(entry<Half>(file.view(), 0, 1).bits, 0x3C00);  // 1
  EXPECT_EQ(entry<Half>(file.view(), 1, 0).bits, 0x4900);  // 10
}

TEST(NumpyFile, OfBoolReadsAsZeroAndOne) {
  const MatrixFile file = MatrixFile::open(numpy_file("bool"));

  EXPECT_EQ(entries<std::uint8_t>(file.view()),
            (std::vector<std::uint8_t>{0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1}));
}

TEST(NumpyFile, InFortranOrderIsColumnMajor) {
  const MatrixFile file = MatrixFile::open(numpy_file("fortran_order"));

  EXPECT_TRUE(file.mapped());
  EXPECT_EQ(file.view().row_stride(), 1);
  EXPECT_EQ(file.view().col_stride(), 3);
  EXPECT_EQ(entry<float>(file.view(), 2, 1), 21);
  EXPECT_EQ(entry<float>(file.view(), 0, 3), 3);
}

TEST(NumpyFile, OfEveryHeaderVersionIsRead) {
  for (const char* const name : {"float32", "version_2", "version_3"}) {
    const MatrixFile file = MatrixFile::open(numpy_file(name));
    EXPECT_EQ(entry<float>(file.view(), 2, 3), 23) << name;
  }
}

TEST(NumpyFile, WithoutRowsIsReadAsSuch) {
  const MatrixFile file = MatrixFile::open(numpy_file("empty_0x4"));

  EXPECT_EQ(file.view().rows(), 0);
  EXPECT_EQ(file.view().cols(), 4);
}

TEST(NumpyFile, OfATypeOrShapeThatIsNotReadIsRefusedWithTheRemedy) {
  const auto refused = [](const std::string& name) {
    const std::string words =
        words_of<InvalidArgument>([&] { MatrixFile::open(numpy_file("refused_" + name)); });
    const std::string start = numpy_file("refused_" + name) + ": ";
    EXPECT_TRUE(words.starts_with(start)) << words;
    return words.substr(std::min(start.size(), words.size()));
  };

  EXPECT_EQ(refused("complex"), "dtype complex128 is not read; save abs(A) or A.real");
  EXPECT_EQ(refused("object"), "dtype object is not read; save A.astype('float64')");
  EXPECT_EQ(refused("str"), "dtype str is not read; save A.astype('float64')");
  EXPECT_EQ(refused("structured"),
            "a structured dtype is not read; save one field of it, A['name'], as a 2-D array of "
            "numbers");
  EXPECT_EQ(refused("big_endian"),
            "dtype \">f4\" is big-endian, which is not read; save A.astype('<f4')");
  EXPECT_EQ(refused("longdouble"),
            "dtype float128 is not read; save A.astype('float32') or another type of real numbers");
  EXPECT_NE(refused("datetime").find("dtype datetime64 is not read"), std::string::npos);
  EXPECT_EQ(refused("0d"),
            "holds a 0-D array of shape (), but a matrix has 2 dimensions; save A.reshape(1, 1)");
  EXPECT_EQ(refused("1d"),
            "holds a 1-D array of shape (5,), but a matrix has 2 dimensions; save A.reshape(1, -1) "
            "for one row or A.reshape(-1, 1) for one column");
  EXPECT_EQ(refused("3d"),
            "holds a 3-D array of shape (2, 3, 4), but a matrix has 2 dimensions; save "
            "A.reshape(len(A), -1), one row per sample");
}

TEST(NpyHeader, IsReadHoweverItIsWritten) {
  const std::string data = bytes_of<std::uint8_t>({1, 2, 3, 4, 5, 6});
  const std::vector<std::string> dicts = {
      "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3), }      \n",
      "{'descr':'|u1','fortran_order':False,'shape':(2,3)}",
      R"({"shape": (2L, 3L,), "descr": "=u1", "fortran_order": False,})",
      "  {\t'fortran_order' :False ,\n 'shape': ( 2 ,3 ) , 'descr': u'u1' }\n",
      "{'descr': b'<u1', 'fortran_order': False, 'shape': [2, 3]}",
      "{'descr': '>u1', 'fortran_order': False, 'shape': (2, 3)}"};

  for (const std::string& dict : dicts) {
    const std::string bytes = npy_bytes(dict, data);
    const io::LoadedMatrix matrix = io::read_npy(bytes, "A.npy");
    EXPECT_EQ(entries<std::uint8_t>(matrix.view), (std::vector<std::uint8_t>{1, 2, 3, 4, 5, 6}))
        << dict;
  }
}

TEST(NpyHeader, ThatIsDamagedIsRefusedWithTheCharacter) {
  EXPECT_EQ(refusal(npy_bytes("{'descr': '<f4', 'fortran_order': False, 'shape': (2, -3)}")),
            "A.npy: damaged .npy header: a size of at least 0 expected (at character 54); save the "
            "array again with numpy.save");
  const std::vector<std::string> dicts = {
      "",
      "{",
      "}",
      "{}",
      "{'descr': '<f4'",
      "{'descr: <f4",
      "{'descr': '<f4', 'fortran_order': maybe, 'shape': (2, 3)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': 2}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (2 3)}",
      "{'descr': '<f4', 'fortran_order': False}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1), 'colour': 'red'}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 1)} and more"};
  for (const std::string& dict : dicts) {
    EXPECT_TRUE(refusal(npy_bytes(dict)).starts_with("A.npy: damaged .npy header: ")) << dict;
  }
}

TEST(NpyHeader, WithSizesBeyond64BitsIsRefused) {
  EXPECT_NE(refusal(npy_bytes(header("<f4", "(99999999999999999999, 1)"))).find("fit into 64 bits"),
            std::string::npos);
  EXPECT_EQ(refusal(npy_bytes(header("<f8", "(4294967296, 4294967296)"))),
            "A.npy: the header promises 4294967296 x 4294967296 float64 entries, more bytes than "
            "64 bits can count");
}

TEST(NpyReader, RefusesAHeaderThatPromisesMoreThanTheFileHolds) {
  const std::string bytes = npy_bytes(header("<f4", "(100000, 250000)"), "abcdef");

  EXPECT_EQ(refusal(bytes),
            "A.npy: is cut short: 100000 x 250000 float32 entries take 100000000000 bytes, the "
            "file has 6 of them; copy it again");
}

TEST(NpyReader, RefusesMoreThanTheHeaderPromises) {
  EXPECT_EQ(refusal(npy_bytes(header("|u1", "(1, 2)"), "abc")),
            "A.npy: has more than its header promises: 1 x 2 uint8 entries take 2 bytes, but 3 or "
            "more follow; save one array per file");
}

TEST(NpyReader, RefusesAHeaderLongerThanTheFile) {
  const std::string whole = npy_bytes(header("<f4", "(2, 3)"));
  const std::string v2("\x93NUMPY\x02\x00\xff\xff\xff\x7f{", 13);

  EXPECT_EQ(refusal(whole.substr(0, 20)), "A.npy: is cut short: its header alone takes " +
                                              std::to_string(whole.size()) +
                                              " bytes, the file has 20; copy it again");
  EXPECT_NE(refusal(v2).find("takes 2147483659 bytes, the file has 13"), std::string::npos);
  EXPECT_EQ(refusal(whole.substr(0, 8)),
            "A.npy: is cut short after 8 bytes, within the .npy header");
}

TEST(NpyReader, RefusesWhatIsNoNpyFile) {
  EXPECT_EQ(refusal(""), "A.npy: is empty; a .npy file has a header at least");
  EXPECT_NE(refusal("1,2,3\n4,5,6\n").find("is not an .npy file"), std::string::npos);
  EXPECT_EQ(refusal(std::string("\x93NUMPY\x04\x00\x10\x00\x00\x00", 12)),
            "A.npy: .npy version 4.0 is not read, only 1.0, 2.0 and 3.0");
}

TEST(NpyReader, CopiesEntriesThatLieMisaligned) {
  std::string dict = header("<f8", "(1, 2)");
  const std::string data = bytes_of<double>({0.5, 1e-323});
  for (int padding = 0; padding < 8; ++padding, dict.insert(dict.size() - 1, " ")) {
    const std::string bytes = npy_bytes(dict, data);

    const io::LoadedMatrix matrix = io::read_npy(bytes, "A.npy");

    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(matrix.view.data()) % alignof(double), 0U);
    EXPECT_EQ(entries<double>(matrix.view), (std::vector<double>{0.5, 1e-323}));
  }
}

TEST(NpyReader, ReadsAMisalignedFileIntoMemory) {
  const TemporaryDirectory directory;
  std::string dict = header("<f8", "(1, 2)");
  while ((10 + dict.size()) % 8 != 3) {
    dict += ' ';
  }
  const std::string path = directory.write("odd.npy", npy_bytes(dict, bytes_of<double>({0.25, 4})));

  const MatrixFile file = MatrixFile::open(path);

  EXPECT_FALSE(file.mapped());
  EXPECT_EQ(entries<double>(file.view()), (std::vector<double>{0.25, 4}));
}

TEST(NpyReader, TakesOneRowOrColumnInFortranOrderAsRowMajor) {
  for (const char* const shape : {"(1, 3)", "(3, 1)"}) {
    const std::string bytes =
        npy_bytes("{'descr': '<u1', 'fortran_order': True, 'shape': " + std::string(shape) + "}",
                  bytes_of<std::uint8_t>({7, 8, 9}));

    const io::LoadedMatrix matrix = io::read_npy(bytes, "A.npy");

    EXPECT_TRUE(matrix.view.row_major());
    EXPECT_EQ(entries<std::uint8_t>(matrix.view), (std::vector<std::uint8_t>{7, 8, 9}));
  }
}

TEST(GzippedNpy, ReadsAsThePlainFile) {
  const TemporaryDirectory directory;
  const std::string path =
      directory.write("A.npy.gz", gzipped(read_file(numpy_file("fortran_order"))));

  const MatrixFile file = MatrixFile::open(path);

  EXPECT_FALSE(file.mapped());
  EXPECT_EQ(file.format(), "npy.gz");
  EXPECT_EQ(entry<float>(file.view(), 2, 1), 21);
}

TEST(GzippedNpy, ThatHoldsLessOrMoreThanItPromisesIsRefused) {
  const auto refused = [](const std::string& content) {
    return words_of<InvalidArgument>([&] { io::read_npy_gz(gzipped(content), "A.npy.gz"); });
  };
  const std::string head = npy_bytes(header("<f4", "(100000, 250000)"));

  EXPECT_EQ(refused(head + "abcdef"),
            "A.npy.gz: is cut short: 100000 x 250000 float32 entries take 100000000000 bytes, the "
            "file has 6 of them; copy it again");
  EXPECT_NE(refused(head.substr(0, 30)).find("its header alone takes"), std::string::npos);
  EXPECT_NE(refused(npy_bytes(header("|u1", "(1, 2)"), "abcd")).find("more than its header"),
            std::string::npos);
  EXPECT_NE(refused("").find("is empty"), std::string::npos);
}

}  // namespace
}  // namespace nonneg::test
