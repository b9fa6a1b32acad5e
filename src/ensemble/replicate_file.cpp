// SPDX-License-Identifier: Apache-2.0
#include "ensemble/replicate_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "base/enumerations.hpp"
#include "base/spread.hpp"
#include "io/mapped_file.hpp"
#include "io/stored_zip.hpp"
#include "io/written_npy_header.hpp"
#include "records/run_directory.hpp"

namespace nonneg::ensemble {

namespace {

template <class T>
std::string bytes_of(const T* first, std::size_t count) {
  return {reinterpret_cast<const char*>(first), count * sizeof(T)};
}

template <class T>
std::string number_array(std::string_view descr, T number) {
  return io::written_npy_header(descr, {}) + bytes_of(&number, 1);
}

template <class T>
std::string list_array(std::string_view descr, const std::vector<T>& numbers) {
  const std::array shape{static_cast<Index>(numbers.size())};
  return io::written_npy_header(descr, shape) + bytes_of(numbers.data(), numbers.size());
}

/// NumPy's texts are of four bytes a letter.
std::string text_array(std::string_view text) {
  std::string out = io::written_npy_header(fmt::format("<U{}", text.size()), {});
  for (const char letter : text) {
    out += letter;
    out.append(3, '\0');
  }
  return out;
}

template <class T>
std::string matrix_array(MatrixView<const T> X) {
  std::string out = io::written_npy_header(ElementTypeOf<T>::value, X.rows(), X.cols());
  for (Index i = 0; i < X.rows(); ++i) {
    out += bytes_of(&X(i, 0), static_cast<std::size_t>(X.cols()));
  }
  return out;
}

/// The place of the largest entry of a row; -1 of a row of zeros.
template <class T>
std::int32_t largest_of(MatrixView<const T> W, Index row) {
  std::int32_t largest = -1;
  T most = 0;
  for (Index c = 0; c < W.cols(); ++c) {
    if (W(row, c) > most) {
      most = W(row, c);
      largest = static_cast<std::int32_t>(c);
    }
  }
  return largest;
}

/// The entries of an array that text_array and its like wrote.
std::string_view entries_of(std::string_view array) {
  constexpr std::size_t kPrefix = 10;
  if (array.size() < kPrefix) return {};
  const std::size_t length = static_cast<unsigned char>(array[8]) +
                             256U * static_cast<std::size_t>(static_cast<unsigned char>(array[9]));
  return array.substr(std::min(array.size(), kPrefix + length));
}

/// The members of a file, and whether all that was asked for was there.
class Members {
 public:
  explicit Members(std::map<std::string, std::string_view> members)
      : members_(std::move(members)) {}

  bool complete() const { return complete_; }

  std::string_view array(const std::string& name) {
    const auto found = members_.find(name + ".npy");
    if (found == members_.end()) complete_ = false;
    return found == members_.end() ? std::string_view() : found->second;
  }
  template <class T>
  T number(const std::string& name) {
    const std::string_view entries = entries_of(array(name));
    T number{};
    if (entries.size() == sizeof(T)) {
      std::memcpy(&number, entries.data(), sizeof(T));
    } else {
      complete_ = false;
    }
    return number;
  }
  std::string text(const std::string& name) {
    const std::string_view entries = entries_of(array(name));
    std::string text;
    for (std::size_t at = 0; at < entries.size(); at += 4) text += entries[at];
    return text;
  }

 private:
  std::map<std::string, std::string_view> members_;
  bool complete_ = true;
};

}  // namespace

template <class T>
ReplicateRecord record_of(const Result<T>& result, std::uint64_t seed) {
  const LossRecord last = result.loss_history.empty() ? LossRecord() : result.loss_history.back();
  return {.seed = seed,
          .loss = last.loss,
          .objective = last.objective,
          .relative_error = last.relative_error,
          .iterations = result.iterations,
          .stop_reason = result.stop_reason,
          .seconds = result.timings.total_seconds,
          .threads = result.threads};
}

std::filesystem::path replicate_path(Index rank, Index replicate) {
  return std::filesystem::path(records::kRunsFolder) / fmt::format("k{:02}", rank) /
         fmt::format("r{:04}.npz", replicate);
}

template <class T>
void write_replicate(const std::filesystem::path& path, const Result<T>& result,
                     const ReplicateKey& key, bool keep_w) {
  const ReplicateRecord record = record_of(result, key.seed);
  const std::vector<Index> rows = spread(result.W.rows(), kSampledRows);
  std::vector<std::int32_t> components;
  components.reserve(rows.size());
  for (const Index row : rows) components.push_back(largest_of<T>(result.W.view(), row));

  io::OutputFile file(path.string());
  io::StoredZipWriter zip(file);
  zip.add("H.npy", matrix_array<T>(result.H().view()));
  zip.add("seed.npy", number_array("<u8", record.seed));
  zip.add("loss.npy", number_array("<f8", record.loss));
  zip.add("objective.npy", number_array("<f8", record.objective));
  zip.add("relative_error.npy", number_array("<f8", record.relative_error));
  zip.add("iterations.npy", number_array("<i8", record.iterations));
  zip.add("stop.npy", text_array(to_string(record.stop_reason)));
  zip.add("seconds.npy", number_array("<f8", record.seconds));
  zip.add("threads.npy", number_array("<i4", static_cast<std::int32_t>(record.threads)));
  zip.add("job.npy", text_array(key.job));
  zip.add("rows.npy", list_array("<i8", rows));
  zip.add("component.npy", list_array("<i4", components));
  if (keep_w) zip.add("W.npy", matrix_array<T>(result.W.view()));
  zip.finish();
  file.commit();
}

std::optional<ReplicateRecord> read_replicate(const std::filesystem::path& path,
                                              const ReplicateKey& key, Index rank, Index cols,
                                              bool with_w) {
  std::error_code unreadable;
  if (!std::filesystem::exists(path, unreadable) && !unreadable) return std::nullopt;
  const io::MappedFile file(path.string());
  auto found = io::read_stored_zip(file.bytes());
  if (!found) return std::nullopt;
  Members members(std::move(*found));
  const std::optional<StopReason> reason =
      value_named<Enumeration<StopReason>>(members.text("stop"));
  const ReplicateRecord record{.seed = members.number<std::uint64_t>("seed"),
                               .loss = members.number<double>("loss"),
                               .objective = members.number<double>("objective"),
                               .relative_error = members.number<double>("relative_error"),
                               .iterations = members.number<std::int64_t>("iterations"),
                               .stop_reason = reason.value_or(StopReason::cancelled),
                               .seconds = members.number<double>("seconds"),
                               .threads = members.number<std::int32_t>("threads")};
  const std::string_view H = members.array("H");
  const std::string shape = fmt::format("'shape': ({}, {})", rank, cols);
  const bool other = record.seed != key.seed || members.text("job") != key.job;
  if (with_w) members.array("W");
  if (!members.complete() || record.stop_reason == StopReason::cancelled || other ||
      H.substr(0, H.size() - entries_of(H).size()).find(shape) == std::string_view::npos) {
    return std::nullopt;
  }
  return record;
}

template ReplicateRecord record_of(const Result<float>&, std::uint64_t);
template ReplicateRecord record_of(const Result<double>&, std::uint64_t);
template void write_replicate(const std::filesystem::path&, const Result<float>&,
                              const ReplicateKey&, bool);
template void write_replicate(const std::filesystem::path&, const Result<double>&,
                              const ReplicateKey&, bool);

}  // namespace nonneg::ensemble
