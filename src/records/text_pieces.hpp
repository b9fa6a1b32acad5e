// SPDX-License-Identifier: Apache-2.0
/// A long text on its way to a file.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace nonneg::records {

/// Hands a text on in pieces of some 64 KiB.
class TextPieces {
 public:
  using Take = std::function<void(std::string_view)>;

  /// `take` must outlive this.
  explicit TextPieces(const Take& take) : take_(take) {}

  void add(std::string_view text) {
    text_ += text;
    if (text_.size() >= kPieceBytes) flush();
  }
  /// What is left: to be called once, at the end.
  void flush() {
    take_(text_);
    text_.clear();
  }

 private:
  static constexpr std::size_t kPieceBytes = std::size_t{1} << 16U;

  const Take& take_;
  std::string text_;
};

}  // namespace nonneg::records
