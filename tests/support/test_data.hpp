// SPDX-License-Identifier: Apache-2.0
/// Where the tests' data files are: found when a test runs, so that its program may be moved.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace nonneg::test {

/// The folder that NONNEG_TEST_DATA names, else the tests/data that lies beside the program or in a
/// folder above it. Throws where it is in none.
inline std::string test_data_folder() {
  namespace fs = std::filesystem;
  if (const char* folder = std::getenv("NONNEG_TEST_DATA"); folder != nullptr) return folder;
  const fs::path program = fs::read_symlink("/proc/self/exe");
  for (fs::path folder = program.parent_path();; folder = folder.parent_path()) {
    if (fs::exists(folder / "tests/data")) return folder / "tests/data";
    if (folder == folder.root_path()) break;
  }
  throw std::runtime_error("tests/data is neither beside " + program.string() +
                           " nor above it: set NONNEG_TEST_DATA to the folder");
}

/// The path of what `name` says in tests/data, such as a file, or a data set in a file.
inline std::string test_data(const std::string& name) { return test_data_folder() + "/" + name; }

}  // namespace nonneg::test
