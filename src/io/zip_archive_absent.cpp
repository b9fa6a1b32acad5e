// SPDX-License-Identifier: Apache-2.0
// In place of zip_archive.cpp where there is no libzip.
#include <fmt/format.h>

#include <utility>

#include "io/zip_archive.hpp"
#include "nonneg/error.hpp"

namespace nonneg::io {

struct ZipArchive::Archive {};
struct ZipArchive::Reader::Stream {};

ZipArchive::ZipArchive(std::string_view, std::string name) : name_(std::move(name)) {
  throw NotAvailable(fmt::format(
      "{}: this nonneg was built without libzip, which reads .npz files; build it where "
      "libzip is installed (Debian: libzip-dev), or save the matrix as .mtx or .npy",
      name_));
}

ZipArchive::~ZipArchive() = default;
ZipArchive::Reader::Reader(ZipArchive&, const std::string&) {}
ZipArchive::Reader::~Reader() = default;
std::size_t ZipArchive::Reader::read(std::byte*, std::size_t) { return 0; }

}  // namespace nonneg::io
