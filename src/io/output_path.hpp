// SPDX-License-Identifier: Apache-2.0
/// Where results are to go: looked at before the work begins, filled when it is done.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "io/made_directories.hpp"

namespace nonneg::io {

/// What the options that say where results go are called where they were given: on a command line,
/// say, or in a call of the library.
struct OutputNames {
  /// "--out"
  std::string place = "output";
  /// "--overwrite"
  std::string overwrite = "overwrite";
  /// "add --overwrite"
  std::string set_overwrite = "set overwrite";
  /// "name another place with --out"
  std::string name_another = "name another place";
};

/// A result's place, absolute and with links and trailing slashes resolved, and the hidden name
/// beside it under which it is made.
struct OutputPath {
  /// As the user gave it, for messages.
  std::string given;
  OutputNames names;
  std::filesystem::path target;
  /// unfinished_path(target)
  std::filesystem::path partial;
  /// True where something is at `target` already.
  bool exists = false;
  /// What had to be made to hold it: as long as this, or a copy, is there.
  std::shared_ptr<MadeDirectories> parents{};
};

/// Looks at a place for results, and makes the directories above it that are missing. Throws
/// InvalidArgument for a path without a name; IoError where the directory that shall hold the
/// result cannot be made or written.
OutputPath resolve_output(const std::string& given, const OutputNames& names = {});

/// Does the same for a file to be written. Throws InvalidArgument also where the name ends in none
/// of `kinds`, and for what is there already, unless it is a regular file and `overwrite` is set.
/// Removes what earlier ones that were killed left of such a file.
OutputPath resolve_output_file(const std::string& given, bool overwrite,
                               const OutputNames& names = {},
                               const std::vector<std::string>& kinds = {".npy"});

/// Throws InvalidArgument where the result would take the place of one of these files, which are
/// read for it, or of a directory that holds one. Empty paths are none.
void require_unread(const OutputPath& out, const std::vector<std::string>& read);

/// Renames a finished file or directory; what is at `target` is replaced only with `overwrite`.
/// Returns 0, or errno with nothing done: EEXIST where something is there that must stay.
int rename_into_place(const std::filesystem::path& partial, const std::filesystem::path& target,
                      bool overwrite) noexcept;

/// Waits until a directory's entries are on disk, where the file system can tell. Throws IoError.
void flush_directory(const std::filesystem::path& directory);

}  // namespace nonneg::io
