// SPDX-License-Identifier: Apache-2.0
/// Writes what the program that reads HDF5 files answers.
#pragma once

#include <exception>
#include <string>
#include <vector>

#include "io/hdf5_reply.hpp"

namespace nonneg::io {

class Hdf5ReplyWriter {
 public:
  /// The descriptor must be of shared memory without a byte in it.
  explicit Hdf5ReplyWriter(int descriptor);

  /// Returns memory for an array of the contents. Throws OutOfMemory.
  std::byte* reserve(std::uint64_t bytes);
  /// Ends the answer, with contents whose arrays lie in what reserve() returned.
  void finish(const Hdf5Contents& contents);
  /// Ends the answer with an error of nonneg's own kind, as far as there is memory to say it.
  void finish(const std::exception& error);

 private:
  struct Segment {
    MemoryMapping mapping;
    std::uint64_t offset;
  };

  ReplyArray array(const ArrayView& view) const;
  ReplyPart texts(const std::vector<std::string>& texts);
  void publish(Hdf5Reply reply, Hdf5Reply::Outcome outcome);

  int descriptor_;
  std::uint64_t end_ = 0;
  std::vector<Segment> segments_;
};

}  // namespace nonneg::io
