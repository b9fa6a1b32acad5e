// SPDX-License-Identifier: Apache-2.0
#include "io/zip_archive.hpp"

#include <fmt/format.h>
#include <zip.h>

#include <utility>

#include "nonneg/error.hpp"

namespace nonneg::io {

struct ZipArchive::Archive {
  zip_t* zip = nullptr;
};

struct ZipArchive::Reader::Stream {
  zip_file_t* file = nullptr;
};

ZipArchive::ZipArchive(std::string_view bytes, std::string name)
    : name_(std::move(name)), archive_(std::make_unique<Archive>()) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* const source =
      zip_source_buffer_create(bytes.data(), static_cast<zip_uint64_t>(bytes.size()), 0, &error);
  if (source != nullptr) {
    archive_->zip = zip_open_from_source(source, ZIP_RDONLY, &error);
    if (archive_->zip == nullptr) zip_source_free(source);
  }
  const std::string words = zip_error_strerror(&error);
  zip_error_fini(&error);
  if (archive_->zip == nullptr) {
    throw InvalidArgument(
        fmt::format("{}: is no .npz file: {}; copy it again, or save it with "
                    "scipy.sparse.save_npz or numpy.savez",
                    name_, words));
  }
  const zip_int64_t count = zip_get_num_entries(archive_->zip, 0);
  for (zip_int64_t i = 0; i < count; ++i) {
    const char* const member = zip_get_name(archive_->zip, static_cast<zip_uint64_t>(i), 0);
    if (member != nullptr) members_.emplace_back(member);
  }
}

ZipArchive::~ZipArchive() {
  if (archive_->zip != nullptr) zip_discard(archive_->zip);
}

ZipArchive::Reader::Reader(ZipArchive& archive, const std::string& member)
    : name_(fmt::format("{}: {}", archive.name_, member)), stream_(std::make_unique<Stream>()) {
  zip_t* const zip = archive.archive_->zip;
  zip_stat_t status;
  zip_stat_init(&status);
  if (zip_stat(zip, member.c_str(), 0, &status) == 0 && (status.valid & ZIP_STAT_SIZE) != 0) {
    promised_bytes_ = status.size;
    stream_->file = zip_fopen_index(zip, status.index, 0);
  }
  if (stream_->file == nullptr) {
    throw IoError(fmt::format("{}: cannot read: {}", name_, zip_strerror(zip)), archive.name_);
  }
}

ZipArchive::Reader::~Reader() {
  if (stream_->file != nullptr) zip_fclose(stream_->file);
}

std::size_t ZipArchive::Reader::read(std::byte* out, std::size_t bytes) {
  std::size_t done = 0;
  while (done < bytes) {
    const zip_int64_t count = zip_fread(stream_->file, out + done, bytes - done);
    if (count < 0) {
      throw IoError(fmt::format("{}: cannot read after {} bytes: {}; copy the file again", name_,
                                done, zip_file_strerror(stream_->file)),
                    name_);
    }
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  return done;
}

}  // namespace nonneg::io
