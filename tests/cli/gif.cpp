// SPDX-License-Identifier: Apache-2.0
#include "cli/gif.hpp"

#include <algorithm>
#include <stdexcept>

namespace nonneg::test {
namespace {

class GifReader {
 public:
  explicit GifReader(const std::string& bytes) : bytes_(bytes) {}

  Gif read() {
    if (bytes_.substr(0, 6) != "GIF89a") throw std::runtime_error("no GIF89a");
    at_ = 6;
    gif_.width = word();
    gif_.height = word();
    const int flags = byte();
    at_ += 2;
    if ((flags & 0x80) != 0) global_ = colour_table(flags);
    shown_.assign(static_cast<std::size_t>(gif_.width) * static_cast<std::size_t>(gif_.height),
                  Colour{255, 255, 255});
    for (int block = byte(); block != 0x3B; block = byte()) {
      if (block == 0x21) {
        extension();
      } else if (block == 0x2C) {
        image();
      } else {
        throw std::runtime_error("unknown block " + std::to_string(block));
      }
    }
    if (at_ != bytes_.size()) throw std::runtime_error("bytes behind the end");
    return gif_;
  }

 private:
  int byte() { return static_cast<unsigned char>(bytes_.at(at_++)); }
  int word() {
    const int low = byte();
    return low + 256 * byte();
  }

  std::vector<Colour> colour_table(int flags) {
    std::vector<Colour> table(std::size_t{2} << static_cast<unsigned>(flags & 7));
    for (Colour& colour : table) {
      for (int& channel : colour) channel = byte();
    }
    return table;
  }

  std::string sub_blocks() {
    std::string data;
    for (int length = byte(); length != 0; length = byte()) {
      data += bytes_.substr(at_, static_cast<std::size_t>(length));
      at_ += static_cast<std::size_t>(length);
    }
    return data;
  }

  void extension() {
    const int label = byte();
    const std::string data = sub_blocks();
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(data.at(i)); };
    if (label == 0xF9) {
      delay_ = 10 * (at(1) + 256 * at(2));
      transparent_ = (at(0) & 1U) != 0 ? at(3) : -1;
    } else if (label == 0xFF && data.starts_with("NETSCAPE2.0")) {
      gif_.loops = at(12) + 256 * at(13);
    }
  }

  void image() {
    const int left = word();
    const int top = word();
    const int width = word();
    const int height = word();
    const int flags = byte();
    if ((flags & 0x40) != 0) throw std::runtime_error("interlaced");
    const std::vector<Colour> table = (flags & 0x80) != 0 ? colour_table(flags) : global_;
    const int code_bits = byte();
    const std::vector<int> indices = decode(code_bits, sub_blocks());
    if (std::ssize(indices) != width * height) {
      throw std::runtime_error("a frame has too many pixels or too few");
    }
    for (int i = 0; i < width * height; ++i) {
      const int index = indices[static_cast<std::size_t>(i)];
      if (index == transparent_) continue;
      const int pixel = (top + i / width) * gif_.width + left + i % width;
      shown_.at(static_cast<std::size_t>(pixel)) = table.at(static_cast<std::size_t>(index));
    }
    gif_.frames.push_back({delay_, shown_});
  }

  /// LZW, as GIF has it.
  static std::vector<int> decode(int code_bits, const std::string& data) {
    const int clear = 1 << code_bits;
    std::vector<std::vector<int>> words;
    const auto reset = [&] {
      words.resize(static_cast<std::size_t>(clear) + 2);
      for (int i = 0; i < clear; ++i) words[static_cast<std::size_t>(i)] = {i};
    };
    reset();
    std::vector<int> out;
    std::vector<int> before;
    int bits = code_bits + 1;
    std::size_t position = 0;
    while (position + static_cast<std::size_t>(bits) <= 8 * data.size()) {
      int code = 0;
      for (int b = 0; b < bits; ++b, ++position) {
        const auto from = static_cast<unsigned char>(data[position / 8]);
        code |= static_cast<int>((from >> (position % 8)) & 1U) << b;
      }
      if (code == clear + 1) return out;
      if (code == clear) {
        reset();
        bits = code_bits + 1;
        before.clear();
        continue;
      }
      const auto index = static_cast<std::size_t>(code);
      if (index > words.size() || (index == words.size() && before.empty())) {
        throw std::runtime_error("a code before its word");
      }
      std::vector<int> word = index < words.size() ? words[index] : before;
      if (index == words.size()) word.push_back(before.front());
      out.insert(out.end(), word.begin(), word.end());
      if (!before.empty() && words.size() < 4096) {
        before.push_back(word.front());
        words.push_back(std::move(before));
      }
      before = std::move(word);
      if (words.size() == std::size_t{1} << static_cast<unsigned>(bits) && bits < 12) ++bits;
    }
    throw std::runtime_error("no end of a frame's codes");
  }

  const std::string& bytes_;
  std::size_t at_ = 0;
  Gif gif_;
  std::vector<Colour> global_;
  std::vector<Colour> shown_;
  int delay_ = 0;
  int transparent_ = -1;
};

}  // namespace

Gif parse_gif(const std::string& bytes) { return GifReader(bytes).read(); }

}  // namespace nonneg::test
