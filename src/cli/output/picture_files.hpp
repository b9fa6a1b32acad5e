// SPDX-License-Identifier: Apache-2.0
/// Pictures as files: drawn anew over older ones of our own, never over anything else unasked.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/commands/interrupt.hpp"
#include "cli/output/progress.hpp"
#include "render/directory_pictures.hpp"

namespace nonneg::cli {

/// Throws InvalidArgument where there is something at `path` other than a picture that nonneg drew,
/// unless it is a regular file and `overwrite` is set; IoError where its directory is missing or
/// cannot be written. `option` is the one that names the place.
void check_picture_place(const std::string& path, bool overwrite, const std::string& option);

/// The file appears complete, or replaces the older one, or nothing changes. Throws as above.
void write_picture(const std::string& path, std::string_view picture, bool overwrite,
                   const std::string& option, Interrupt& interrupt);

/// Draws all of them into the directory `out`, and returns the files' names. Looks at every place
/// before it draws the first. Throws as above, and NotAvailable (gnuplot).
std::vector<std::string> write_pictures(const render::DirectoryPictures& pictures,
                                        const std::string& out, bool overwrite, Progress& progress,
                                        Interrupt& interrupt);

}  // namespace nonneg::cli
