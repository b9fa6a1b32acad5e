#include "cli/output/picture_files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>

#include "base/error_words.hpp"
#include "io/output_path.hpp"
#include "nonneg/error.hpp"
#include "render/picture.hpp"

namespace nonneg::cli {
namespace {

namespace fs = std::filesystem;

bool is_our_picture(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string beginning(render::kMarkWithin, '\0');
  file.read(beginning.data(), static_cast<std::streamsize>(beginning.size()));
  beginning.resize(static_cast<std::size_t>(file.gcount()));
  return render::is_marked(beginning);
}

OutputPath place_of(const std::string& given, bool overwrite) {
  OutputPath path = resolve_output(given);
  if (!path.exists) return path;
  std::error_code ignored;
  if (!fs::is_regular_file(path.target, ignored)) {
    throw InvalidArgument(fmt::format(
        "{}: is no file, and cannot be replaced by a picture; name another place", given));
  }
  if (!overwrite && !is_our_picture(path.target)) {
    throw InvalidArgument(fmt::format(
        "{}: exists and was not drawn by nonneg; name another place, or add --overwrite", given));
  }
  return path;
}

/// Returns 0, or the error.
int write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) return errno;
    if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return ::fsync(file) == 0 ? 0 : errno;
}

}  // namespace

void check_picture_place(const std::string& path, bool overwrite) {
  (void)place_of(path, overwrite);
}

void write_picture(const std::string& given, std::string_view picture, bool overwrite,
                   Interrupt& interrupt) {
  const OutputPath path = place_of(given, overwrite);
  interrupt.unfinished(path.partial);
  const int file = ::open(path.partial.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  int error = file < 0 ? errno : write_all(file, picture);
  if (file >= 0 && ::close(file) != 0 && error == 0) error = errno;
  {
    const auto lock = interrupt.critical();
    if (error == 0 && ::rename(path.partial.c_str(), path.target.c_str()) != 0) error = errno;
    if (error != 0) ::unlink(path.partial.c_str());
  }
  interrupt.finished(path.partial);
  if (error != 0) {
    throw IoError(fmt::format("{}: cannot be written: {}", given, error_words(error)), given);
  }
}

std::vector<std::string> write_pictures(const render::DirectoryPictures& pictures,
                                        const std::string& out, bool overwrite, Progress& progress,
                                        Interrupt& interrupt) {
  std::vector<std::string> files;
  for (const render::PictureName& name : pictures.names()) {
    files.push_back((fs::path(out) / name.file_name()).string());
    check_picture_place(files.back(), overwrite);
  }
  for (std::size_t i = 0; i < files.size(); ++i) {
    progress.show("drawing " + pictures.names()[i].file_name());
    write_picture(files[i], pictures.draw(pictures.names()[i]), overwrite, interrupt);
  }
  return files;
}

}  // namespace nonneg::cli
