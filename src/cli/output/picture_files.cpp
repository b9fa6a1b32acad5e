// SPDX-License-Identifier: Apache-2.0
#include "cli/output/picture_files.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "cli/options/result_options.hpp"
#include "cli/output/file_beginning.hpp"
#include "io/output_file.hpp"
#include "io/unfinished.hpp"
#include "nonneg/error.hpp"
#include "render/picture.hpp"

namespace nonneg::cli {
namespace {

namespace fs = std::filesystem;

io::OutputPath picture_path(const std::string& given, bool overwrite, const std::string& option) {
  io::OutputPath path = io::resolve_output(given, output_names(option));
  if (!path.exists) return path;
  std::error_code ignored;
  if (!fs::is_regular_file(path.target, ignored)) {
    throw InvalidArgument(fmt::format(
        "{}: is no file, and cannot be replaced by a picture; name another place", given));
  }
  if (!overwrite &&
      !render::is_marked(file_beginning(path.target.string(), render::kMarkWithin).value_or(""))) {
    throw InvalidArgument(fmt::format(
        "{}: exists and was not drawn by nonneg; name another place, or add --overwrite", given));
  }
  return path;
}

}  // namespace

void check_picture_place(const std::string& path, bool overwrite, const std::string& option) {
  (void)picture_path(path, overwrite, option);
}

void write_picture(const std::string& path, std::string_view picture, bool overwrite,
                   const std::string& option, Interrupt& interrupt) {
  io::OutputFile file(picture_path(path, overwrite, option), true, interrupt);
  file.write_at(0, picture.data(), picture.size());
  file.commit();
}

std::vector<std::string> write_pictures(const render::DirectoryPictures& pictures,
                                        const std::string& out, bool overwrite, Progress& progress,
                                        Interrupt& interrupt) {
  std::vector<std::string> files;
  std::vector<std::string> names;
  for (const render::PictureFile& file : pictures.files()) {
    names.push_back(file.name());
    files.push_back((fs::path(out) / file.name()).string());
    check_picture_place(files.back(), overwrite, "--out");
  }
  io::remove_abandoned(out, names);
  for (std::size_t i = 0; i < files.size(); ++i) {
    const render::PictureFile& file = pictures.files()[i];
    progress.show("drawing " + file.name());
    write_picture(files[i], pictures.draw(file), overwrite, "--out", interrupt);
  }
  return files;
}

}  // namespace nonneg::cli
