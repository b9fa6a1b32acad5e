#include "io/npy_rows.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "base/error_words.hpp"
#include "nonneg/error.hpp"

namespace nonneg::cli {
namespace {

/// Version 1.0: magic, version, length of the text as two bytes; data aligned to 64 bytes.
std::string npy_header(std::string_view type, Index rows, Index cols) {
  constexpr std::size_t kAlignment = 64;
  constexpr std::size_t kPrefix = 10;
  std::string text = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}, {}), }}",
                                 type, rows, cols);
  text.append(kAlignment - (kPrefix + text.size() + 1) % kAlignment, ' ');
  text += '\n';
  const auto length = static_cast<unsigned>(text.size());
  std::string header("\x93NUMPY\x01\x00", 8);
  header += static_cast<char>(length & 0xFFU);
  header += static_cast<char>(length >> 8U);
  return header + text;
}

}  // namespace

template <class T>
NpyRows<T>::NpyRows(OutputPath path, bool overwrite, Index rows, Index cols, Interrupt& interrupt)
    : path_(std::move(path)), overwrite_(overwrite), interrupt_(interrupt) {
  interrupt_.unfinished(path_.partial);
  try {
    open_file(rows, cols);
  } catch (...) {
    discard();
    throw;
  }
}

template <class T>
NpyRows<T>::~NpyRows() {
  discard();
}

template <class T>
void NpyRows<T>::open_file(Index rows, Index cols) {
  file_ = ::open(path_.partial.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (file_ < 0) fail(errno);
  const std::string header = npy_header(sizeof(T) == sizeof(float) ? "<f4" : "<f8", rows, cols);
  write_bytes(header.data(), header.size());
}

template <class T>
void NpyRows<T>::discard() noexcept {
  if (file_ >= 0) ::close(std::exchange(file_, -1));
  if (!finished_) ::unlink(path_.partial.c_str());
  interrupt_.finished(path_.partial);
}

template <class T>
void NpyRows<T>::append(MatrixView<const T> block) {
  const auto row_bytes = static_cast<std::size_t>(block.cols()) * sizeof(T);
  if (block.contiguous()) {
    write_bytes(block.data(), static_cast<std::size_t>(block.rows()) * row_bytes);
    return;
  }
  for (Index i = 0; i < block.rows(); ++i) write_bytes(block.row(i), row_bytes);
}

template <class T>
void NpyRows<T>::finish() {
  if (::fsync(file_) != 0) fail(errno);
  if (::close(std::exchange(file_, -1)) != 0) fail(errno);
  const auto lock = interrupt_.critical();
  if (!put_in_place(path_, overwrite_)) {
    finished_ = true;
    throw IoError(fmt::format("{}: was made by another program in the meantime; the result is in "
                              "{}",
                              path_.given, path_.partial.string()),
                  path_.given);
  }
  finished_ = true;
  flush_directory(path_.target.parent_path());
}

template <class T>
void NpyRows<T>::write_bytes(const void* data, std::size_t count) {
  const auto* next = static_cast<const char*>(data);
  while (count > 0) {
    const ssize_t written = ::write(file_, next, count);
    if (written < 0 && errno != EINTR) fail(errno);
    if (written > 0) {
      next += written;
      count -= static_cast<std::size_t>(written);
    }
  }
}

template <class T>
void NpyRows<T>::fail(int error) const {
  throw IoError(fmt::format("{}: cannot be written: {}", path_.given, error_words(error)),
                path_.given);
}

template class NpyRows<float>;
template class NpyRows<double>;

}  // namespace nonneg::cli
