/// Where results are to go: looked at before the work begins, filled when it is done.
#pragma once

#include <filesystem>
#include <string>

namespace nonneg::cli {

/// A result's place, absolute and with links and trailing slashes resolved, and the hidden name
/// beside it under which it is made.
struct OutputPath {
  /// As the user gave it, for messages.
  std::string given;
  std::filesystem::path target;
  /// ".NAME.partial-PID" in the same directory, so that a rename puts the result in place.
  std::filesystem::path partial;
  /// True where something is at `target` already.
  bool exists = false;
};

/// Throws InvalidArgument for a path without a name; IoError where the directory that shall hold
/// the result is missing or cannot be written.
OutputPath resolve_output(const std::string& given);

/// As above, for a file to be written. Throws InvalidArgument also where the name does not end in
/// .npy, and for what is there already, unless it is a regular file and `overwrite` is set.
OutputPath resolve_output_file(const std::string& given, bool overwrite);

/// Renames a finished file or directory, `partial`, to its `target`; what is there is replaced only
/// with `overwrite`. Returns false, with nothing done, where a target has appeared although
/// overwrite is not set. Throws IoError.
bool put_in_place(const OutputPath& path, bool overwrite);

/// Waits until a directory's entries are on disk. Throws IoError.
void flush_directory(const std::filesystem::path& directory);

}  // namespace nonneg::cli
