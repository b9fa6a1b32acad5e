// SPDX-License-Identifier: Apache-2.0
#include "io/hdf5_blocks.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

#include "io/hdf5_handle.hpp"
#include "io/hdf5_watch.hpp"

namespace nonneg::io {
namespace {

/// A box of entries: where it begins and how large it is, along each dimension.
struct Box {
  std::vector<hsize_t> first;
  std::vector<hsize_t> count;
};

/// Has the system provide the pages that a box is read into, all at once where it can, rather than
/// one by one as they are written to.
void take_pages([[maybe_unused]] std::byte* entries, [[maybe_unused]] double bytes) {
#ifdef MADV_POPULATE_WRITE
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  const std::size_t before = (page - reinterpret_cast<std::uintptr_t>(entries) % page) % page;
  const auto size = static_cast<std::size_t>(bytes);
  if (size < before + page) return;
  (void)::madvise(entries + before, (size - before) / page * page, MADV_POPULATE_WRITE);
#endif
}

/// Reads a box into memory that holds it and nothing else. Returns nothing, or libhdf5's words.
std::optional<std::string> read_box(const BlockTarget& target, const Box& box, std::byte* entries) {
  double bytes = static_cast<double>(target.entry_bytes);
  for (const hsize_t count : box.count) bytes *= static_cast<double>(count);
  expect_hdf5_progress(bytes);
  take_pages(entries, bytes);
  const Hdf5Handle in_file(H5Dget_space(target.data_set), H5Sclose);
  const Hdf5Handle in_memory(
      H5Screate_simple(static_cast<int>(box.count.size()), box.count.data(), nullptr), H5Sclose);
  if (in_file && in_memory &&
      H5Sselect_hyperslab(in_file.id(), H5S_SELECT_SET, box.first.data(), nullptr, box.count.data(),
                          nullptr) >= 0 &&
      H5Dread(target.data_set, target.memory_type, in_memory.id(), in_file.id(), H5P_DEFAULT,
              entries) >= 0) {
    return std::nullopt;
  }
  return hdf5_words();
}

/// The first chunk of a block that cannot be read, and why, in words; the block's own where each
/// chunk can be read alone.
std::string which_chunk(const BlockTarget& target, const Box& block, std::string words) {
  if (target.chunk.empty()) return words;
  const std::size_t dimensions = block.first.size();
  std::size_t entries = target.entry_bytes;
  for (const Index size : target.chunk) entries *= static_cast<std::size_t>(size);
  std::vector<std::byte> chunk(entries);
  Box box = block;
  const auto shrink = [&](std::size_t d) {
    box.count[d] = std::min(static_cast<hsize_t>(target.chunk[d]),
                            block.first[d] + block.count[d] - box.first[d]);
  };
  for (std::size_t d = 0; d < dimensions; ++d) shrink(d);
  for (;;) {
    if (const auto why = read_box(target, box, chunk.data())) {
      return fmt::format("the chunk of {} entries at ({}): {}", fmt::join(box.count, " x "),
                         fmt::join(box.first, ", "), *why);
    }
    std::size_t d = dimensions;
    while (d > 0) {
      --d;
      box.first[d] += static_cast<hsize_t>(target.chunk[d]);
      if (box.first[d] < block.first[d] + block.count[d]) {
        shrink(d);
        break;
      }
      box.first[d] = block.first[d];
      shrink(d);
      if (d == 0) return words;
    }
  }
}

/// What is known of filters by their numbers; libhdf5 itself undoes 1 to 6.
std::string_view filter_name(H5Z_filter_t filter) {
  constexpr std::array<std::pair<H5Z_filter_t, std::string_view>, 12> kNames{
      {{H5Z_FILTER_DEFLATE, "gzip"},
       {H5Z_FILTER_SZIP, "szip"},
       {307, "bzip2"},
       {32000, "lzf"},
       {32001, "blosc"},
       {32004, "lz4"},
       {32008, "bitshuffle"},
       {32013, "zfp"},
       {32015, "zstd"},
       {32017, "sz"},
       {32018, "fcidecomp"},
       {32026, "blosc2"}}};
  for (const auto& [number, name] : kNames) {
    if (number == filter) return name;
  }
  return "an unknown method";
}

}  // namespace

std::vector<Index> chunk_of(hid_t data_set, std::size_t dimensions) {
  const Hdf5Handle layout(H5Dget_create_plist(data_set), H5Pclose);
  if (!layout || dimensions == 0 || H5Pget_layout(layout.id()) != H5D_CHUNKED) return {};
  std::vector<hsize_t> sizes(dimensions, 1);
  if (H5Pget_chunk(layout.id(), static_cast<int>(dimensions), sizes.data()) < 0) return {};
  std::vector<Index> chunk;
  chunk.reserve(sizes.size());
  for (const hsize_t size : sizes) chunk.push_back(std::max<Index>(1, static_cast<Index>(size)));
  return chunk;
}

std::optional<std::string> read_blocks(const BlockTarget& target) {
  constexpr Index kBlockBytes = Index{16} << 20U;
  if (target.sizes.empty()) {
    if (H5Dread(target.data_set, target.memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT,
                target.entries) >= 0) {
      return std::nullopt;
    }
    return hdf5_words();
  }
  const Index rows = target.sizes.front();
  Index row_bytes = static_cast<Index>(target.entry_bytes);
  for (std::size_t d = 1; d < target.sizes.size(); ++d) row_bytes *= target.sizes[d];
  if (rows == 0 || row_bytes == 0) return std::nullopt;
  const Index chunk_rows = target.chunk.empty() ? 1 : target.chunk.front();
  const Index chunks = std::max<Index>(1, kBlockBytes / row_bytes / chunk_rows);
  const Index block_rows = chunks > rows / chunk_rows ? rows : chunks * chunk_rows;
  Box block;
  block.first.assign(target.sizes.size(), 0);
  block.count.assign(target.sizes.begin(), target.sizes.end());
  for (Index row = 0; row < rows; row += block_rows) {
    block.first.front() = static_cast<hsize_t>(row);
    block.count.front() = static_cast<hsize_t>(std::min(block_rows, rows - row));
    auto why = read_box(target, block, target.entries + row * row_bytes);
    if (why) return which_chunk(target, block, std::move(*why));
  }
  return std::nullopt;
}

double bytes_beside_chunks(hid_t data_set) {
  constexpr double kFarMore = 0x1p31;
  const Hdf5Handle layout(H5Dget_create_plist(data_set), H5Pclose);
  if (!layout) return 0;
  if (H5Pget_layout(layout.id()) == H5D_VIRTUAL) return kFarMore;
  const int filters = H5Pget_nfilters(layout.id());
  for (int i = 0; i < filters; ++i) {
    std::size_t values = 0;
    const H5Z_filter_t filter = H5Pget_filter2(layout.id(), static_cast<unsigned>(i), nullptr,
                                               &values, nullptr, 0, nullptr, nullptr);
    if (filter >= H5Z_FILTER_RESERVED) return kFarMore;
  }
  return 0;
}

std::optional<std::string> unknown_filter(hid_t data_set) {
  const Hdf5Handle layout(H5Dget_create_plist(data_set), H5Pclose);
  const int filters = layout ? H5Pget_nfilters(layout.id()) : 0;
  for (int i = 0; i < filters; ++i) {
    unsigned flags = 0;
    unsigned config = 0;
    std::size_t values = 0;
    const H5Z_filter_t filter = H5Pget_filter2(layout.id(), static_cast<unsigned>(i), &flags,
                                               &values, nullptr, 0, nullptr, &config);
    if (filter >= 0 && H5Zfilter_avail(filter) <= 0) {
      return fmt::format("{} (HDF5 filter {})", filter_name(filter), filter);
    }
  }
  return std::nullopt;
}

}  // namespace nonneg::io
