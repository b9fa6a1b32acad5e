// SPDX-License-Identifier: Apache-2.0
#include "render/picture.hpp"

#include <zlib.h>

#include <algorithm>
#include <cmath>

#include "base/utf8.hpp"
#include "render/gnuplot.hpp"

namespace nonneg::render {
namespace {

constexpr std::string_view kMark = "drawn by nonneg";

/// matplotlib's viridis at every eighth.
constexpr std::string_view kViridis =
    "0 '#440154', 1 '#472d7b', 2 '#3b528b', 3 '#2c728e', 4 '#21918c', 5 '#28ae80', 6 '#5ec962', "
    "7 '#addc30', 8 '#fde725'";

/// A GIF has 256 colours, and text and lines want some of them.
constexpr int kGifColours = 200;

std::string big_endian(std::uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) {
    bytes += static_cast<char>((value >> static_cast<unsigned>(shift)) & 0xFFU);
  }
  return bytes;
}

/// A tEXt chunk.
std::string png_comment() {
  const std::string chunk = "tEXtSoftware" + std::string(1, '\0') + std::string(kMark);
  const auto* bytes = reinterpret_cast<const Bytef*>(chunk.data());
  return big_endian(static_cast<std::uint32_t>(chunk.size() - 4)) + chunk +
         big_endian(static_cast<std::uint32_t>(crc32(0, bytes, static_cast<uInt>(chunk.size()))));
}

std::string gif_comment() {
  return "\x21\xFE" + std::string(1, static_cast<char>(kMark.size())) + std::string(kMark) +
         std::string(1, '\0');
}

/// Behind the header and the global colour table.
std::size_t end_of_gif_header(const std::string& picture) {
  constexpr std::size_t kHeader = 13;
  const auto flags = static_cast<unsigned char>(picture.at(10));
  return (flags & 0x80U) == 0 ? kHeader : kHeader + (std::size_t{6} << (flags & 7U));
}

}  // namespace

Script::Script(const Canvas& canvas, ColourMap colours) : canvas_(canvas) {
  const auto [width, height] = canvas.size;
  constexpr double kRatio = 40;
  font_size_ = std::clamp(std::sqrt(static_cast<double>(width) * height) / kRatio, 8.0, 40.0);
  // gnuplot's letters are in points at 96 per inch for all but SVG.
  const double points = canvas.format == Format::svg ? font_size_ : font_size_ * 0.72;
  const std::string size_and_font = fmt::format(
      "size {},{} font 'DejaVu Sans,{:.1f}' background '#ffffff'", width, height, points);
  switch (canvas.format) {
    case Format::gif:
      line("set terminal gif animate delay {} loop 0 optimize {}", kFrameMilliseconds / 10,
           size_and_font);
      break;
    case Format::png:
      line("set terminal pngcairo noenhanced {}", size_and_font);
      break;
    case Format::svg:
      line("set terminal svg noenhanced {}", size_and_font);
      break;
  }
  line("set encoding utf8");
  line("set palette defined ({})", colours == ColourMap::grey ? "0 'black', 1 'white'" : kViridis);
  if (canvas.format == Format::gif) line("set palette maxcolors {}", kGifColours);
  line("unset key");
  line("unset colorbox");
  line("set border 3 lc rgb '#555555'");
  line("set tics nomirror out scale 0.5 textcolor rgb '#333333'");
}

void Script::end_frame() {
  line("unset multiplot");
  line("unset label");
}

void Script::place(const Rectangle& axes) {
  const auto width = static_cast<double>(canvas_.size.width);
  const auto height = static_cast<double>(canvas_.size.height);
  line("set lmargin at screen {:.6f}", axes.left / width);
  line("set rmargin at screen {:.6f}", (axes.left + axes.width) / width);
  line("set tmargin at screen {:.6f}", 1 - axes.top / height);
  line("set bmargin at screen {:.6f}", 1 - (axes.top + axes.height) / height);
}

void Script::text(double x, double y, std::string_view words, double size, std::size_t max_bytes) {
  const double points = canvas_.format == Format::svg ? font_size_ : font_size_ * 0.72;
  line("set label {} at screen {:.6f},{:.6f} center noenhanced font ',{:.1f}'",
       quoted(words, max_bytes), x / canvas_.size.width, 1 - y / canvas_.size.height,
       points * size);
}

std::string Script::draw() const { return marked(run_gnuplot(text_), canvas_.format); }

std::string quoted(std::string_view words, std::size_t max_bytes) {
  const std::string all = printable(words);
  std::string text(utf8_prefix(all, max_bytes));
  if (text.size() < all.size()) text += "\u2026";
  // Letters and what is not ASCII as they are, all else by its number: so that no quote, no
  // backquote, which runs a command, and no other sign means anything to gnuplot. Digits as well:
  // one behind a number would be taken for a part of it.
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = byte >= 0x80 || c == ' ' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    out += plain ? std::string(1, c) : fmt::format("\\{:03o}", byte);
  }
  return out + "\"";
}

std::string quoted_tick(std::string_view words, std::size_t max_bytes) {
  constexpr std::string_view kPercent = "\\045";
  std::string out = quoted(words, max_bytes);
  for (std::size_t at = 0; (at = out.find(kPercent, at)) != std::string::npos;
       at += 2 * kPercent.size()) {
    out.insert(at, kPercent);
  }
  return out;
}

std::string marked(std::string picture, Format format) {
  constexpr std::size_t kPngHeader = 33;
  switch (format) {
    case Format::gif:
      return picture.insert(end_of_gif_header(picture), gif_comment());
    case Format::png:
      return picture.insert(std::min(kPngHeader, picture.size()), png_comment());
    case Format::svg:
      break;
  }
  // Behind the XML declaration.
  return picture.insert(picture.find('\n') + 1, fmt::format("<!-- {} -->\n", kMark));
}

bool is_marked(std::string_view beginning) noexcept {
  return beginning.find(kMark) != std::string_view::npos;
}

}  // namespace nonneg::render
