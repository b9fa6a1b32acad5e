// SPDX-License-Identifier: Apache-2.0
/// What the program that reads HDF5 files answers, in memory that it shares with its caller: a
/// Reply at the start, and its parts on pages behind it. The caller takes all of it for what a
/// damaged file may have made of it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "io/hdf5_contents.hpp"
#include "io/shared_memory.hpp"

namespace nonneg::io {

/// The version of everything below, and of the program's arguments.
inline constexpr std::uint32_t kHdf5ReplyVersion = 1;

/// Every part begins at a multiple of this, which is one of any machine's page size.
inline constexpr std::uint64_t kHdf5ReplyPage = std::uint64_t{1} << 16U;

/// The descriptor that the program finds the shared memory at.
inline constexpr int kHdf5ReplyDescriptor = 3;

/// Bytes from the start of the shared memory.
struct ReplyPart {
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
};

struct ReplyArray {
  ReplyPart entries;
  std::uint32_t type = 0;
  std::uint32_t unused = 0;
  std::int64_t count = 0;
};

struct Hdf5Reply {
  enum class Outcome : std::uint32_t {
    /// The program has ended in the middle of its work.
    unfinished,
    contents,
    invalid_argument,
    not_available,
    out_of_memory,
    io_error
  };

  std::uint32_t version = kHdf5ReplyVersion;
  Outcome outcome = Outcome::unfinished;
  std::uint32_t form = 0;
  std::uint32_t in_file = 0;
  std::int64_t rows = 0;
  std::int64_t cols = 0;
  std::uint64_t place_in_file = 0;
  ReplyArray values;
  ReplyArray indices;
  ReplyArray offsets;
  /// Lists of texts: the place of the matrix, or an error's message, alone; the names; the rest.
  ReplyPart words;
  ReplyPart row_names;
  ReplyPart column_names;
  ReplyPart warnings;
  ReplyPart other_layers;
  /// Of OutOfMemory.
  std::uint64_t bytes_requested = 0;
  std::uint64_t bytes_free = 0;
};

/// Returns the contents, whose arrays lie in `memory`: all that the program has written. Throws the
/// error that it met, for the file `name`; IoError where the answer makes no sense. `unfinished` is
/// what to say where there is none.
Hdf5Contents contents_of(const MemoryMapping& memory, const std::string& name,
                         const std::string& unfinished);

}  // namespace nonneg::io
