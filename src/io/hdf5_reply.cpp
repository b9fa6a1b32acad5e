// SPDX-License-Identifier: Apache-2.0
#include "io/hdf5_reply.hpp"

#include <fmt/format.h>

#include <cstring>

#include "nonneg/error.hpp"

namespace nonneg::io {
namespace {

/// The answer, as its caller reads it.
class ReplyReader {
 public:
  ReplyReader(const MemoryMapping& memory, const std::string& name) : memory_(memory), name_(name) {
    if (memory.size() < sizeof(reply_)) return;
    std::memcpy(&reply_, memory.data(), sizeof(reply_));
    if (reply_.version != kHdf5ReplyVersion) refuse("version");
  }

  const Hdf5Reply& reply() const noexcept { return reply_; }

  [[noreturn]] void refuse(const char* what) const {
    throw IoError(
        fmt::format("{}: is damaged: the {} that reading it gave makes no sense; copy the "
                    "file again",
                    name_, what),
        name_);
  }

  std::vector<std::string> texts(const ReplyPart& part) const {
    require(part);
    std::vector<std::string> texts;
    const std::byte* next = memory_.data() + part.offset;
    std::uint64_t left = part.bytes;
    while (left > 0) {
      std::uint64_t size = 0;
      if (left < sizeof(size)) refuse("list of texts");
      std::memcpy(&size, next, sizeof(size));
      left -= sizeof(size);
      if (size > left) refuse("list of texts");
      texts.emplace_back(reinterpret_cast<const char*>(next + sizeof(size)), size);
      next += sizeof(size) + size;
      left -= size;
    }
    return texts;
  }

  std::string words() const {
    const std::vector<std::string> list = texts(reply_.words);
    if (list.size() != 1) refuse("message");
    return list.front();
  }

  ArrayView array(const ReplyArray& array, bool in_memory) const {
    if (array.type > static_cast<std::uint32_t>(ElementType::float64)) refuse("type");
    const auto type = static_cast<ElementType>(array.type);
    if (!in_memory) return {nullptr, type, array.count};
    require(array.entries);
    const std::uint64_t size = element_size(type);
    if (array.count < 0 || array.entries.offset % kHdf5ReplyPage != 0 ||
        static_cast<std::uint64_t>(array.count) > array.entries.bytes / size) {
      refuse("array");
    }
    return {memory_.data() + array.entries.offset, type, array.count};
  }

 private:
  void require(const ReplyPart& part) const {
    if (part.offset > memory_.size() || part.bytes > memory_.size() - part.offset) {
      refuse("size");
    }
  }

  const MemoryMapping& memory_;
  const std::string& name_;
  Hdf5Reply reply_;
};

void require_shape(const ReplyReader& reader, const Hdf5Contents& contents) {
  using Form = Hdf5Contents::Form;
  Index entries = 0;
  if (contents.rows < 0 || contents.cols < 0 || contents.form > Form::by_columns) {
    reader.refuse("shape");
  }
  if (contents.form == Form::dense &&
      (__builtin_mul_overflow(contents.rows, contents.cols, &entries) ||
       contents.values.size() != entries)) {
    reader.refuse("shape");
  }
  const auto fit = [](const std::vector<std::string>& names, Index lines) {
    return names.empty() || std::ssize(names) == lines;
  };
  if (!fit(contents.row_names, contents.rows) || !fit(contents.column_names, contents.cols)) {
    reader.refuse("list of names");
  }
}

}  // namespace

Hdf5Contents contents_of(const MemoryMapping& memory, const std::string& name,
                         const std::string& unfinished) {
  const ReplyReader reader(memory, name);
  const Hdf5Reply& reply = reader.reply();
  switch (reply.outcome) {
    case Hdf5Reply::Outcome::contents:
      break;
    case Hdf5Reply::Outcome::invalid_argument:
      throw InvalidArgument(reader.words());
    case Hdf5Reply::Outcome::not_available:
      throw NotAvailable(reader.words());
    case Hdf5Reply::Outcome::out_of_memory:
      throw OutOfMemory(reader.words(), reply.bytes_requested, reply.bytes_free);
    case Hdf5Reply::Outcome::io_error:
      throw IoError(reader.words(), name);
    default:
      throw IoError(unfinished, name);
  }
  Hdf5Contents contents;
  contents.data_set = reader.words();
  contents.form = static_cast<Hdf5Contents::Form>(reply.form);
  contents.rows = reply.rows;
  contents.cols = reply.cols;
  if (reply.in_file != 0) contents.place_in_file = reply.place_in_file;
  if (contents.form != Hdf5Contents::Form::dense && contents.place_in_file) reader.refuse("place");
  contents.values = reader.array(reply.values, reply.in_file == 0);
  if (contents.form != Hdf5Contents::Form::dense) {
    contents.indices = reader.array(reply.indices, true);
    contents.offsets = reader.array(reply.offsets, true);
  }
  contents.row_names = reader.texts(reply.row_names);
  contents.column_names = reader.texts(reply.column_names);
  contents.warnings = reader.texts(reply.warnings);
  contents.other_layers = reader.texts(reply.other_layers);
  require_shape(reader, contents);
  return contents;
}

}  // namespace nonneg::io
