// SPDX-License-Identifier: Apache-2.0
#include "base/memory_info.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <limits>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>

namespace nonneg {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kUnlimited = std::numeric_limits<std::uint64_t>::max();

std::uint64_t left_of(std::uint64_t limit, std::uint64_t used) {
  return limit > used ? limit - used : 0;
}

/// The number after `key` in a file of lines "key number ...".
std::optional<std::uint64_t> number_after(const fs::path& file, std::string_view key) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string word;
    std::uint64_t number = 0;
    if (words >> word && word == key && words >> number) {
      return number;
    }
  }
  return std::nullopt;
}

/// The number that a one-line file holds; nothing for "max" or a file that is not there.
std::optional<std::uint64_t> number_in(const fs::path& file) {
  std::ifstream in(file);
  std::uint64_t number = 0;
  return in >> number ? std::optional(number) : std::nullopt;
}

std::uint64_t left_on_the_machine() {
  if (const auto kilobytes = number_after("/proc/meminfo", "MemAvailable:")) {
    return *kilobytes * 1024;
  }
  const long pages = sysconf(_SC_PHYS_PAGES);
  const long page_bytes = sysconf(_SC_PAGESIZE);
  return pages > 0 && page_bytes > 0
             ? static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(page_bytes)
             : kUnlimited;
}

/// What one control group leaves. Cached file pages count as used, but are given up on demand.
std::uint64_t left_in_group(const fs::path& group, const char* limit_file, const char* used_file,
                            const char* cache_key) {
  const auto limit = number_in(group / limit_file);
  const auto used = number_in(group / used_file);
  if (!limit || !used) {
    return kUnlimited;
  }
  const std::uint64_t cached = number_after(group / "memory.stat", cache_key).value_or(0);
  return left_of(*limit, left_of(*used, cached));
}

/// The least that this process's control group and those around it leave (versions 1 and 2).
std::uint64_t left_in_control_groups() {
  std::uint64_t left = kUnlimited;
  std::ifstream in("/proc/self/cgroup");
  for (std::string line; std::getline(in, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) {
      continue;
    }
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const bool unified = controllers.empty();
    if (!unified && controllers != "memory") {
      continue;
    }
    const fs::path root = unified ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory";
    // Inside a container the path may name a group outside of the mount: the loop ends at the root.
    for (fs::path group = fs::path(line.substr(second + 1)).relative_path();;
         group = group.parent_path()) {
      left = std::min(
          left, unified
                    ? left_in_group(root / group, "memory.max", "memory.current", "inactive_file")
                    : left_in_group(root / group, "memory.limit_in_bytes", "memory.usage_in_bytes",
                                    "total_inactive_file"));
      if (group.empty()) {
        break;
      }
    }
  }
  return left;
}

std::uint64_t left_of_address_space() {
  rlimit limit{};
  if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) {
    return kUnlimited;
  }
  const std::uint64_t pages = number_in("/proc/self/statm").value_or(0);
  return left_of(limit.rlim_cur, pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)));
}

}  // namespace

std::uint64_t available_memory_bytes() {
  return std::min({left_on_the_machine(), left_in_control_groups(), left_of_address_space()});
}

}  // namespace nonneg
