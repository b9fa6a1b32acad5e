#include "cli/render_command.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "cli/console.hpp"
#include "cli/number_pair.hpp"
#include "cli/option_table.hpp"
#include "cli/picture_files.hpp"
#include "cli/snapshot_place.hpp"
#include "cli/usage.hpp"
#include "nonneg/error.hpp"
#include "nonneg/version.hpp"
#include "render/directory_pictures.hpp"
#include "report/report.hpp"

namespace nonneg::cli {
namespace {

constexpr std::int64_t kLeastSide = 160;
constexpr std::int64_t kMostSide = 8000;

std::vector<render::Format> parse_formats(std::string_view text) {
  const std::vector<std::string> known{"gif", "png", "svg"};
  std::vector<render::Format> formats;
  while (true) {
    const std::size_t comma = text.find(',');
    const auto format =
        static_cast<render::Format>(parse_choice("--format", text.substr(0, comma), known));
    if (std::find(formats.begin(), formats.end(), format) == formats.end()) {
      formats.push_back(format);
    }
    if (comma == std::string_view::npos) return formats;
    text.remove_prefix(comma + 1);
  }
}

render::Size parse_size(const std::string& text) {
  const auto [width, height] = parse_pair("--size", text, 'x', "1000x450");
  if (std::min(width, height) < kLeastSide || std::max(width, height) > kMostSide) {
    throw InvalidArgument(fmt::format("--size {}: each side must be from {} to {} pixels", text,
                                      kLeastSide, kMostSide));
  }
  return {static_cast<int>(width), static_cast<int>(height)};
}

render::PictureRequest request_of(const RenderArguments& arguments) {
  render::PictureRequest request;
  request.formats = parse_formats(arguments.formats);
  if (!arguments.size.empty()) request.size = parse_size(arguments.size);
  if (!arguments.image_shape.empty()) {
    const auto [rows, cols] = parse_pair("--image-shape", arguments.image_shape, ',', "28,28");
    request.image_shape = {rows, cols};
  }
  return request;
}

void make_directory(const std::string& path) {
  if (::mkdir(path.c_str(), 0777) == 0 || errno == EEXIST) return;
  throw IoError(fmt::format("{}: cannot be made: {}", path, error_words(errno)), path);
}

}  // namespace

std::vector<std::string> render_snapshots(const RenderArguments& arguments, Interrupt& interrupt) {
  const render::PictureRequest request = request_of(arguments);
  const std::string directory = find_snapshots(arguments.snapshots);
  const SnapshotDirectoryReader reader(directory);
  const render::DirectoryPictures pictures(reader, request);
  if (pictures.names().empty()) {
    throw InvalidArgument(fmt::format("--format {}: no picture of {} has it; add png",
                                      arguments.formats, arguments.snapshots));
  }
  const std::string out = arguments.out.empty() ? directory : arguments.out;
  if (!arguments.out.empty()) make_directory(out);
  Progress progress(arguments.reporting.quiet, 0);
  std::vector<std::string> files =
      write_pictures(pictures, out, arguments.overwrite, progress, interrupt);
  if (!arguments.no_report) {
    files.push_back((std::filesystem::path(out) / "report.html").string());
    progress.show("writing report.html");
    report::write_report(reader, run_record_of(reader), files.back());
  }
  return files;
}

ExitStatus render_command(const RenderArguments& arguments, Interrupt& interrupt) {
  require_value("render", "DIR", arguments.snapshots);
  const std::vector<std::string> files = render_snapshots(arguments, interrupt);
  if (arguments.reporting.json) {
    const std::string directory = find_snapshots(arguments.snapshots);
    print_json({{"nonneg_version", version()},
                {"command", "render"},
                {"snapshots", directory},
                {"pictures", files}},
               arguments.out.empty() ? directory : arguments.out);
  } else if (!arguments.reporting.quiet) {
    std::string text;
    for (const std::string& file : files) text += "drawn  " + file + "\n";
    print(text);
  }
  return ExitStatus::success;
}

}  // namespace nonneg::cli
