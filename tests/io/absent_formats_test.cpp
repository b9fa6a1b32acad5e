// SPDX-License-Identifier: Apache-2.0
// What a build says of files whose library it lacks: NONNEG_TEST_ABSENT_FORMATS has, for each,
// the extension and the Debian package.
#include <sstream>

#include "io_testing.hpp"
#include "nonneg/error.hpp"
#include "nonneg/matrix_file.hpp"

namespace nonneg::test {
namespace {

TEST(AbsentFormat, IsNotAvailableAndNamesThePackage) {
  const TemporaryDirectory directory;
  std::istringstream formats(NONNEG_TEST_ABSENT_FORMATS);
  int tried = 0;
  for (std::string extension, package; formats >> extension >> package; ++tried) {
    const std::string path = directory.write("A." + extension, "anything");

    const std::string words = words_of<NotAvailable>([&] { MatrixFile::open(path); });

    EXPECT_TRUE(words.starts_with(path + ": this nonneg was built without lib")) << words;
    EXPECT_NE(words.find("(Debian: " + package + ")"), std::string::npos) << words;
  }
  EXPECT_GT(tried, 0);
}

}  // namespace
}  // namespace nonneg::test
