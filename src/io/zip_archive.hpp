// SPDX-License-Identifier: Apache-2.0
/// Zip archives, read through libzip.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace nonneg::io {

/// A zip archive that lies in memory or is mapped.
class ZipArchive {
 public:
  /// `bytes` must outlive the archive; `name` is the file's, for messages. Throws InvalidArgument
  /// for what is no zip archive; NotAvailable, naming the package, in a build without libzip.
  ZipArchive(std::string_view bytes, std::string name);
  ZipArchive(const ZipArchive&) = delete;
  ZipArchive& operator=(const ZipArchive&) = delete;
  ~ZipArchive();

  /// Returns the members' names, in the archive's order.
  const std::vector<std::string>& members() const noexcept { return members_; }

  /// Reads one member from its start to its end, inflated.
  class Reader {
   public:
    Reader(ZipArchive& archive, const std::string& member);
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;
    ~Reader();

    /// What the archive says the member's size is.
    std::uint64_t promised_bytes() const noexcept { return promised_bytes_; }
    /// Reads up to `bytes` bytes to `out` and returns how many: fewer only at the end. Throws
    /// IoError for a member that is damaged, cut short, encrypted or packed in an unknown way.
    std::size_t read(std::byte* out, std::size_t bytes);

   private:
    struct Stream;
    std::string name_;
    std::uint64_t promised_bytes_ = 0;
    std::unique_ptr<Stream> stream_;
  };

 private:
  struct Archive;
  std::string name_;
  std::unique_ptr<Archive> archive_;
  std::vector<std::string> members_;
};

}  // namespace nonneg::io
