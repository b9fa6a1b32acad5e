// SPDX-License-Identifier: Apache-2.0
#include "cli/output/processor.hpp"

#include <fstream>

namespace nonneg::cli {

std::string proc_value(const char* path, const std::string& key) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const std::size_t colon = line.find(':');
    if (!line.starts_with(key) || colon == std::string::npos) continue;
    const std::size_t start = line.find_first_not_of(" \t", colon + 1);
    return start == std::string::npos ? std::string() : line.substr(start);
  }
  return {};
}

std::string processor_name() { return proc_value("/proc/cpuinfo", "model name"); }

}  // namespace nonneg::cli
