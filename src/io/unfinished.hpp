// SPDX-License-Identifier: Apache-2.0
/// The hidden names under which results are made, and what becomes of them where their maker was
/// killed: the next one that makes a result of the same name removes them.
#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "io/file_descriptor.hpp"

namespace nonneg::io {

/// Returns ".NAME.partial-HOST-PID" beside `target`, so that a rename puts the result in place.
/// NAME is cut where it is long.
std::filesystem::path unfinished_path(const std::filesystem::path& target);

/// Returns whether an entry's name is a hidden one of `name`, on whatever machine it was made.
bool is_unfinished(std::string_view entry, std::string_view name);

/// Locks what `file` is open on until it is closed: nobody removes it meanwhile, and when its maker
/// is gone, however that ended, it is free. Does nothing where the file system has no locks.
void hold(const FileDescriptor& file) noexcept;

/// Does so with what was made under a hidden name. Returns false where somebody removed it before
/// it was locked: then another is to be made.
bool claim(const FileDescriptor& file, const std::filesystem::path& hidden) noexcept;

/// Removes from `directory` the hidden files and directories of results called `names` that nobody
/// makes any more. Only this machine's, for on some shared directories locks are seen by one
/// machine alone; and none where the file system has no locks. What cannot be removed stays.
void remove_abandoned(const std::filesystem::path& directory,
                      std::span<const std::string> names) noexcept;

/// Renames a finished result, whose place somebody else has taken, to "NAME.result.EXT" beside it,
/// or to one with a number. Returns its name.
std::filesystem::path set_aside(const std::filesystem::path& hidden,
                                const std::filesystem::path& target);

}  // namespace nonneg::io
