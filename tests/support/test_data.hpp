// SPDX-License-Identifier: Apache-2.0
/// Where the tests' data files are: found when a test runs, so that its program may be moved.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace nonneg::test {

/// The path of the file `name` of tests/data: in the folder that NONNEG_TEST_DATA names, else in
/// the tests/data that lies beside the program or in a folder above it. Throws where it is in none.
inline std::string test_data(const std::string& name) {
  namespace fs = std::filesystem;
  if (const char* folder = std::getenv("NONNEG_TEST_DATA"); folder != nullptr) {
    const fs::path file = fs::path(folder) / name;
    if (fs::exists(file)) return file.string();
    throw std::runtime_error(file.string() + " is missing: NONNEG_TEST_DATA names another folder");
  }
  const fs::path program = fs::read_symlink("/proc/self/exe");
  for (fs::path folder = program.parent_path();; folder = folder.parent_path()) {
    const fs::path file = folder / "tests/data" / name;
    if (fs::exists(file)) return file.string();
    if (folder == folder.root_path()) break;
  }
  throw std::runtime_error("tests/data/" + name + " is neither beside " + program.string() +
                           " nor above it: set NONNEG_TEST_DATA to the folder");
}

}  // namespace nonneg::test
