// SPDX-License-Identifier: Apache-2.0
#include "cli/options/suggestion.hpp"

#include <algorithm>
#include <cctype>
#include <vector>

namespace nonneg::cli {
namespace {

std::string bare(std::string_view word) {
  word.remove_prefix(std::min(word.find_first_not_of('-'), word.size()));
  std::string lower(word);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) {
    return c == '_' ? '-' : static_cast<char>(std::tolower(c));
  });
  return lower;
}

/// Optimal string alignment distance.
std::size_t edits(const std::string& a, const std::string& b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replace = d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      d[i][j] = std::min({replace, d[i - 1][j] + 1, d[i][j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    }
  }
  return d[a.size()][b.size()];
}

}  // namespace

std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates) {
  constexpr std::size_t kLongest = 64;
  constexpr std::size_t kShortestBeginning = 3;
  const std::string wanted = bare(word);
  if (wanted.empty() || wanted.size() > kLongest) return std::nullopt;

  const std::string* best = nullptr;
  std::size_t fewest = 0;
  for (const std::string& candidate : candidates) {
    const std::string name = bare(candidate);
    const bool begins = wanted.size() >= kShortestBeginning && name.starts_with(wanted);
    const std::size_t distance = begins ? 1 : edits(wanted, name);
    if (best == nullptr || distance < fewest) {
      best = &candidate;
      fewest = distance;
    }
  }
  // A third of the word may be wrong, and one letter of even the shortest.
  if (best == nullptr || fewest > std::max<std::size_t>(1, (wanted.size() + 1) / 3)) {
    return std::nullopt;
  }
  return *best;
}

std::string did_you_mean(std::string_view word, std::span<const std::string> candidates) {
  const auto found = nearest(word, candidates);
  return found ? "; did you mean " + *found + "?" : std::string();
}

}  // namespace nonneg::cli
