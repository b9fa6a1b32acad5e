// SPDX-License-Identifier: Apache-2.0
/// Zip archives whose members are not compressed: what numpy.savez writes, and reads as .npz.
/// libzip, through which other people's archives are read, may be left out of a build; what a
/// killed process has written is gone on with there, too.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "io/output_file.hpp"

namespace nonneg::io {

/// Writes an archive to a file, member after member. Sizes are of 64 bits throughout, as numpy's
/// own are. Members throw IoError as OutputFile does.
class StoredZipWriter {
 public:
  /// `file` must outlive this.
  explicit StoredZipWriter(OutputFile& file) : file_(file) {}

  /// Adds a member, whose bytes are these.
  void add(std::string_view name, std::string_view content);
  /// Writes the directory of the members. The file is then the caller's to commit.
  void finish();

 private:
  void write(std::string_view bytes);

  OutputFile& file_;
  std::uint64_t written_ = 0;
  std::uint64_t members_ = 0;
  std::string directory_;
};

/// Returns the members of an archive that StoredZipWriter wrote, by their names, as parts of
/// `bytes`; nothing where it is cut short, damaged (each member's sum is looked at) or of another
/// kind.
std::optional<std::map<std::string, std::string_view>> read_stored_zip(std::string_view bytes);

}  // namespace nonneg::io
