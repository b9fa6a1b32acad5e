// SPDX-License-Identifier: Apache-2.0
#include "io/hdf5_reply_writer.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <type_traits>
#include <utility>

#include "base/byte_count.hpp"
#include "base/error_words.hpp"
#include "io/hdf5_watch.hpp"
#include "nonneg/error.hpp"

namespace nonneg::io {

static_assert(std::is_trivially_copyable_v<Hdf5Reply> && sizeof(Hdf5Reply) <= kHdf5ReplyPage);

Hdf5ReplyWriter::Hdf5ReplyWriter(int descriptor) : descriptor_(descriptor) {
  reserve(sizeof(Hdf5Reply));
  new (segments_.front().mapping.data()) Hdf5Reply();
}

std::byte* Hdf5ReplyWriter::reserve(std::uint64_t bytes) {
  const std::uint64_t offset = end_;
  const std::uint64_t pages = bytes / kHdf5ReplyPage + 1;
  allow_hdf5_memory(static_cast<double>(pages) * kHdf5ReplyPage);
  if (bytes < std::uint64_t{1} << 62U) {
    end_ += pages * kHdf5ReplyPage;
    if (::ftruncate(descriptor_, static_cast<off_t>(end_)) == 0) {
      MemoryMapping mapping(descriptor_, offset, pages * kHdf5ReplyPage, true);
      if (mapping) {
        segments_.push_back({std::move(mapping), offset});
        return segments_.back().mapping.data();
      }
    }
  }
  throw OutOfMemory(
      fmt::format("cannot share {} of memory: {}", byte_count(bytes), error_words(errno)), bytes,
      0);
}

ReplyArray Hdf5ReplyWriter::array(const ArrayView& view) const {
  ReplyArray array;
  array.type = static_cast<std::uint32_t>(view.type());
  array.count = view.size();
  for (const Segment& segment : segments_) {
    if (segment.mapping.data() == view.data()) {
      array.entries = {segment.offset,
                       static_cast<std::uint64_t>(view.size()) * element_size(view.type())};
    }
  }
  return array;
}

ReplyPart Hdf5ReplyWriter::texts(const std::vector<std::string>& texts) {
  std::uint64_t bytes = 0;
  for (const std::string& text : texts) bytes += sizeof(std::uint64_t) + text.size();
  if (bytes == 0) return {};
  std::byte* next = reserve(bytes);
  for (const std::string& text : texts) {
    const std::uint64_t size = text.size();
    std::memcpy(next, &size, sizeof(size));
    std::memcpy(next + sizeof(size), text.data(), text.size());
    next += sizeof(size) + text.size();
  }
  return {segments_.back().offset, bytes};
}

void Hdf5ReplyWriter::publish(Hdf5Reply reply, Hdf5Reply::Outcome outcome) {
  auto* const shared = reinterpret_cast<Hdf5Reply*>(segments_.front().mapping.data());
  *shared = reply;
  std::atomic_thread_fence(std::memory_order_release);
  shared->outcome = outcome;
}

void Hdf5ReplyWriter::finish(const Hdf5Contents& contents) {
  Hdf5Reply reply;
  reply.form = static_cast<std::uint32_t>(contents.form);
  reply.in_file = contents.place_in_file ? 1 : 0;
  reply.place_in_file = contents.place_in_file.value_or(0);
  reply.rows = contents.rows;
  reply.cols = contents.cols;
  reply.values = array(contents.values);
  reply.indices = array(contents.indices);
  reply.offsets = array(contents.offsets);
  reply.words = texts({contents.data_set});
  reply.row_names = texts(contents.row_names);
  reply.column_names = texts(contents.column_names);
  reply.warnings = texts(contents.warnings);
  reply.other_layers = texts(contents.other_layers);
  publish(reply, Hdf5Reply::Outcome::contents);
}

void Hdf5ReplyWriter::finish(const std::exception& error) {
  using Outcome = Hdf5Reply::Outcome;
  Hdf5Reply reply;
  reply.words = texts({error.what()});
  Outcome outcome = Outcome::io_error;
  if (dynamic_cast<const InvalidArgument*>(&error) != nullptr) outcome = Outcome::invalid_argument;
  if (dynamic_cast<const NotAvailable*>(&error) != nullptr) outcome = Outcome::not_available;
  if (const auto* memory = dynamic_cast<const OutOfMemory*>(&error)) {
    outcome = Outcome::out_of_memory;
    reply.bytes_requested = memory->bytes_requested();
    reply.bytes_free = memory->bytes_free();
  }
  publish(reply, outcome);
}

}  // namespace nonneg::io
