// SPDX-License-Identifier: Apache-2.0
/// Matrices of the tests' data files.
#pragma once

#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "support/reference.hpp"
#include "support/test_data.hpp"

namespace nonneg::test {

/// The file `name` of tests/data. Throws where it is missing or no JSON.
inline nlohmann::json read_test_data(const std::string& name) {
  std::ifstream file(test_data(name));
  if (!file) throw std::runtime_error(test_data(name) + " is missing");
  return nlohmann::json::parse(file);
}

/// An array of rows.
inline Dense from_json(const nlohmann::json& rows) {
  Dense result(static_cast<Index>(rows.size()), static_cast<Index>(rows.at(0).size()));
  for (Index i = 0; i < result.rows; ++i) {
    for (Index j = 0; j < result.cols; ++j) {
      result(i, j) = rows.at(static_cast<std::size_t>(i)).at(static_cast<std::size_t>(j));
    }
  }
  return result;
}

}  // namespace nonneg::test
