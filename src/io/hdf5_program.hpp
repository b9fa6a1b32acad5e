// SPDX-License-Identifier: Apache-2.0
/// The program that reads HDF5 files (hdf5_program.cpp), as its caller runs it.
#pragma once

#include <cstdint>
#include <string>

#include "io/shared_memory.hpp"

namespace nonneg::io {

inline constexpr const char* kHdf5Program = "nonneg-hdf5";

/// How many arguments it is given, its own name counted.
inline constexpr int kHdf5Arguments = 7;
/// The status that it ends with where it is of another version than its caller.
inline constexpr int kHdf5OtherVersion = 64;

struct Hdf5Request {
  /// The file, and where in it the matrix lies; empty for the one that choose_matrix finds.
  const std::string& path;
  const std::string& data_set;
  /// The most that its arrays may take.
  std::uint64_t max_bytes;
  /// For how long the program may compute without progress.
  double seconds;
};

struct Hdf5Answer {
  MemoryMapping memory;
  /// What to say where the answer is not finished: the file, and how the program ended.
  std::string unfinished;
};

/// Returns where the program lies. Throws NotAvailable, for the file `name`, where it is not found,
/// with where it was looked for.
std::string find_hdf5_program(const std::string& name);

/// Runs the program and waits for its end. Any number of threads may do so at once, whatever the
/// caller does with SIGCHLD and its standard streams. Throws NotAvailable where it cannot be
/// started, or is of another version.
Hdf5Answer run_hdf5_program(const std::string& program, const Hdf5Request& request);

}  // namespace nonneg::io
