// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/render_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/error_words.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/snapshots_argument.hpp"
#include "cli/options/number_pair.hpp"
#include "cli/options/usage.hpp"
#include "cli/output/console.hpp"
#include "cli/output/file_beginning.hpp"
#include "cli/output/picture_files.hpp"
#include "io/made_directories.hpp"
#include "io/unfinished.hpp"
#include "nonneg/error.hpp"
#include "nonneg/version.hpp"
#include "page/report.hpp"
#include "records/lookup.hpp"
#include "render/directory_pictures.hpp"

namespace nonneg::cli {
namespace {

constexpr std::int64_t kMinSide = 160;
constexpr std::int64_t kMaxSide = 8000;

std::vector<render::Format> parse_formats(std::string_view text) {
  const std::vector<std::string> known(render::kFormatNames.begin(), render::kFormatNames.end());
  std::vector<render::Format> formats;
  for (const std::string_view part : parts_of_list(text)) {
    const auto format = static_cast<render::Format>(parse_choice("--format", part, known));
    if (std::find(formats.begin(), formats.end(), format) == formats.end()) {
      formats.push_back(format);
    }
  }
  return formats;
}

render::Size parse_size(const std::string& text) {
  const auto [width, height] = parse_pair("--size", text, 'x', "1000x450");
  if (std::min(width, height) < kMinSide || std::max(width, height) > kMaxSide) {
    throw InvalidArgument(
        fmt::format("--size {}: each side must be from {} to {} pixels", text, kMinSide, kMaxSide));
  }
  return {static_cast<int>(width), static_cast<int>(height)};
}

render::PictureRequest request_of(const RenderArguments& arguments) {
  render::PictureRequest request;
  request.formats = parse_formats(arguments.formats);
  if (!arguments.size.empty()) request.size = parse_size(arguments.size);
  if (!arguments.image_shape.empty()) {
    const auto [rows, cols] = parse_image_shape(arguments.image_shape);
    request.image_shape = {rows, cols};
  }
  return request;
}

/// Refuses a file that is no report of ours, unless asked to replace it.
void check_report_place(const std::string& path, bool overwrite) {
  const std::optional<std::string> beginning = file_beginning(path, page::kMarkWithin);
  if (overwrite || !beginning) return;
  if (beginning->find(page::kMark) == std::string::npos) {
    throw InvalidArgument(fmt::format(
        "{}: exists and was not written by nonneg; name another place, or add --overwrite", path));
  }
}

io::MadeDirectories make_directory(const std::string& path) {
  try {
    return io::MadeDirectories(std::filesystem::absolute(path));
  } catch (const std::filesystem::filesystem_error& e) {
    throw IoError(fmt::format("{}: cannot be made: {}", path, error_words(e.code().value())), path);
  }
}

}  // namespace

Rendered render_snapshots(const RenderArguments& arguments, Interrupt& interrupt) {
  const render::PictureRequest request = request_of(arguments);
  const std::string directory = snapshots_of(arguments.snapshots);
  const SnapshotDirectoryReader reader(directory);
  const render::DirectoryPictures pictures(reader, request);
  if (pictures.files().empty()) {
    throw InvalidArgument(fmt::format("--format {}: no picture of {} has it; add png",
                                      arguments.formats, arguments.snapshots));
  }
  const std::string out = arguments.out.empty() ? directory : arguments.out;
  const io::MadeDirectories made = make_directory(out);
  Rendered rendered;
  const std::string report_name = "report.html";
  const std::string report = (std::filesystem::path(out) / report_name).string();
  if (!arguments.no_report) {
    check_report_place(report, arguments.overwrite);
    io::remove_abandoned(out, {&report_name, 1});
  }
  Progress progress(arguments.telling.quiet, 0);
  rendered.pictures = write_pictures(pictures, out, arguments.overwrite, progress, interrupt);
  if (arguments.no_report) return rendered;
  try {
    progress.show("writing report.html");
    const render::ImageShape shape = request.image_shape.value_or(render::ImageShape{});
    page::write_report(reader, records::run_record_of(reader), report, {shape.rows, shape.cols});
    rendered.report = report;
  } catch (const NotAvailable& e) {
    // Nobody asked for it by name.
    if (!arguments.telling.quiet) say(fmt::format("nonneg: warning: no report: {}\n", e.what()));
  }
  return rendered;
}

namespace {

ExitStatus execute(const RenderArguments& arguments, Interrupt& interrupt) {
  require_value("render", "DIR", arguments.snapshots);
  const Rendered rendered = render_snapshots(arguments, interrupt);
  if (arguments.telling.json) {
    const std::string directory = snapshots_of(arguments.snapshots);
    using Json = nlohmann::ordered_json;
    print_json({{"nonneg_version", version()},
                {"command", "render"},
                {"snapshots", directory},
                {"pictures", rendered.pictures},
                {"report", rendered.report.empty() ? Json(nullptr) : Json(rendered.report)}},
               arguments.out.empty() ? directory : arguments.out);
  } else if (!arguments.telling.quiet) {
    std::string text;
    for (const std::string& file : rendered.pictures) text += "drawn  " + file + "\n";
    if (!rendered.report.empty()) text += "written  " + rendered.report + "\n";
    print(text);
  }
  return ExitStatus::success;
}

void declare(OptionTable& table, RenderArguments& arguments) {
  table.text("DIR", arguments.snapshots, "DIR",
             "Directory of snapshots, or of a run that names one; it may still grow");
  table.group("Result");
  table.text("-o,--out", arguments.out, "DIR", "Directory for the pictures").default_text =
      "beside the snapshots";
  table.flag("--overwrite", arguments.overwrite,
             "Replace files that nonneg did not draw; its own pictures always are");
  add_telling(table, arguments.telling);
  table.group("Pictures");
  table
      .text("--image-shape", arguments.image_shape, "R,C",
            "A row of the matrix is an image of R x C pixels")
      .default_text = "the run's";
  table.text("--size", arguments.size, "WxH", "Size in pixels").default_text = "fitted";
  table
      .text("--format", arguments.formats, "LIST",
            "gif: an animation over the snapshots; png, svg: the last one")
      .default_text = "gif,png";
  table.flag("--no-report", arguments.no_report, "Write no report.html");
}

}  // namespace

Command render_command() {
  const auto arguments = std::make_shared<RenderArguments>();
  Command command{"render", "Draw pictures of a run's snapshots"};
  declare(command.options, *arguments);
  command.examples =
      "  nonneg render snapshots\n"
      "  nonneg render faces-32 -o pictures --image-shape 19,19\n"
      "  nonneg render snapshots --format svg --size 1600x720";
  command.run = [arguments](Interrupt& interrupt) { return execute(*arguments, interrupt); };
  return command;
}

}  // namespace nonneg::cli
