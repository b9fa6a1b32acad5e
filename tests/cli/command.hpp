// SPDX-License-Identifier: Apache-2.0
/// Runs the real command and keeps what it said.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace nonneg::test {

/// What a finished command left behind. `status` is its exit status, or 128 + the signal that
/// killed it.
struct Outcome {
  int status = -1;
  std::string out;
  std::string error;
};

/// A directory of the test's own, removed at its end.
class Workplace {
 public:
  Workplace();
  ~Workplace();
  Workplace(const Workplace&) = delete;
  Workplace& operator=(const Workplace&) = delete;

  const std::filesystem::path& path() const { return path_; }
  /// Writes a file of that name and returns its path.
  std::string file(const std::string& name, const std::string& content) const;
  std::string at(const std::string& name) const { return (path_ / name).string(); }
  /// Names of all entries, hidden ones too, sorted.
  std::vector<std::string> entries() const;

 private:
  std::filesystem::path path_;
};

using Words = std::vector<std::string>;

/// Runs `nonneg` with these arguments in `directory`, without a terminal.
Outcome run(const Workplace& place, const Words& arguments);
/// As above, from a shell: `line` holds "$NONNEG" where the command goes.
Outcome run_in_shell(const Workplace& place, const std::string& line);
/// As above, with a terminal of 80 columns for all three streams; `out` is what it showed.
Outcome run_on_terminal(const Workplace& place, const Words& arguments);

/// A command under way.
class Running {
 public:
  Running(const Workplace& place, const Words& arguments);
  ~Running();
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  void signal(int signal) const;
  /// Waits until something was written to standard error: the first check is over. False when the
  /// command ended before.
  bool wait_for_progress();
  Outcome wait();

 private:
  int out_ = -1;
  int error_ = -1;
  pid_t pid_ = -1;
  Outcome outcome_;
};

/// An .npy file of raw entries, little-endian: type such as "<f4" or "|u1".
std::string npy_bytes(const std::string& type, std::int64_t rows, std::int64_t cols,
                      const std::string& data, bool fortran_order = false);
template <class E>
std::string npy(const std::string& type, std::int64_t rows, std::int64_t cols,
                const std::vector<E>& entries) {
  return npy_bytes(type, rows, cols,
                   {reinterpret_cast<const char*>(entries.data()), entries.size() * sizeof(E)});
}
/// float32 entries between 0 and 1, the same ones each time.
std::string random_npy(std::int64_t rows, std::int64_t cols);

std::string read_text(const std::filesystem::path& path);
nlohmann::json read_json(const std::filesystem::path& path);

}  // namespace nonneg::test
