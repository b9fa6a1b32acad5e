// SPDX-License-Identifier: Apache-2.0
/// The numbers of a data set, read block by block.
#pragma once

#include <hdf5.h>

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "nonneg/matrix_view.hpp"

namespace nonneg::io {

/// Returns the sizes of a chunk; empty where the entries lie in no chunks.
std::vector<Index> chunk_of(hid_t data_set, std::size_t dimensions);

/// What is read, and where to.
struct BlockTarget {
  hid_t data_set;
  hid_t memory_type;
  std::size_t entry_bytes;
  const std::vector<Index>& sizes;
  std::vector<Index> chunk;
  std::byte* entries;
};

/// Fills the target's entries in row-major order, a block of rows at a time: libhdf5 keeps notes
/// about all chunks of what it is asked for at once. A block is of whole chunks, so that none is
/// decompressed twice. Returns nothing, or what libhdf5 says where it could not, with the chunk.
std::optional<std::string> read_blocks(const BlockTarget& target);

/// Returns the memory that libhdf5 may need beside the entries and their chunks: more for a virtual
/// data set, whose sources have chunks of their own, and for filters that plugins undo, in threads
/// of theirs.
double bytes_beside_chunks(hid_t data_set);

/// Returns the compression or other filter of a data set that this libhdf5 cannot undo: "lzf (HDF5
/// filter 32000)". Nothing where it can undo all.
std::optional<std::string> unknown_filter(hid_t data_set);

}  // namespace nonneg::io
