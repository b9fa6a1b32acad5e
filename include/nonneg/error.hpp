// SPDX-License-Identifier: Apache-2.0
/// Errors. Every error that the library throws is an Error; its kind says whose turn it is: the
/// caller's (InvalidArgument), the machine's (NotAvailable, OutOfMemory, DeviceError) or the file
/// system's (IoError). Messages name the thing, the value and the remedy.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "nonneg/export.hpp"

namespace nonneg {

/// Any error of the library's.
class NONNEG_EXPORT Error : public std::runtime_error {
 public:
  /// An error with what() as its message.
  explicit Error(const std::string& message);
  Error(const Error&);
  Error& operator=(const Error&);
  ~Error() override;
};

/// What an InvalidArgument is about: a matrix that was handed in, a field of Options by its name,
/// or what is on a disk. Values keep their numbers; new ones are added at the end.
enum class Subject : int {
  /// Nothing that has a name here, such as an argument of a view's constructor.
  none,
  /// The data.
  A,
  /// Of A's entries.
  weights,
  /// The caller's first factors.
  W0,
  H0,
  /// The factors of a run, and what transform() and reconstruct() are given.
  W,
  H,
  // Fields of Options.
  rank,
  algorithm,
  loss,
  beta,
  missing,
  init,
  precision,
  max_iterations,
  tolerance,
  check_every,
  inner_repeats,
  extrapolation,
  floor,
  l1_w,
  l1_h,
  l2_w,
  l2_h,
  panel_rows,
  device,
  threads,
  /// A field of SnapshotOptions.
  snapshots,
  /// The arrays that a SparseMatrix is made from.
  sparse_arrays,
  /// The content of a file.
  file,
  /// The place that results are written to.
  output,
  /// Names of A's rows or columns.
  names,
  /// A field of Options, too.
  backend,
  /// The same.
  seed
};

/// The name of the value: "A", "W0", "max_iterations", ...
NONNEG_EXPORT std::string_view to_string(Subject subject) noexcept;

/// An option, a matrix or a file's content that cannot be used.
class NONNEG_EXPORT InvalidArgument : public Error {
 public:
  /// About nothing that has a name (Subject::none).
  explicit InvalidArgument(const std::string& message);
  /// About `subject`.
  InvalidArgument(Subject subject, const std::string& message);
  InvalidArgument(const InvalidArgument&);
  InvalidArgument& operator=(const InvalidArgument&);
  ~InvalidArgument() override;

  /// What cannot be used, so that nobody needs to search the message for it.
  Subject subject() const noexcept { return subject_; }

 private:
  Subject subject_ = Subject::none;
};

/// Something that this build or this machine does not have, such as a backend.
class NONNEG_EXPORT NotAvailable : public Error {
 public:
  /// With what is missing, and what to do.
  explicit NotAvailable(const std::string& message);
  NotAvailable(const NotAvailable&);
  NotAvailable& operator=(const NotAvailable&);
  ~NotAvailable() override;
};

/// Memory that could not be had, on the host or on a device.
class NONNEG_EXPORT OutOfMemory : public Error {
 public:
  /// Of memory in bytes: what was asked for, and what there was.
  OutOfMemory(const std::string& message, std::uint64_t bytes_requested, std::uint64_t bytes_free);
  OutOfMemory(const OutOfMemory&);
  OutOfMemory& operator=(const OutOfMemory&);
  ~OutOfMemory() override;

  /// Bytes that were asked for.
  std::uint64_t bytes_requested() const noexcept { return bytes_requested_; }
  /// Bytes that were free.
  std::uint64_t bytes_free() const noexcept { return bytes_free_; }

 private:
  std::uint64_t bytes_requested_;
  std::uint64_t bytes_free_;
};

/// A device that failed in the middle of its work.
class NONNEG_EXPORT DeviceError : public Error {
 public:
  /// With the device and the driver's words.
  explicit DeviceError(const std::string& message);
  DeviceError(const DeviceError&);
  DeviceError& operator=(const DeviceError&);
  ~DeviceError() override;
};

/// A file that could not be opened, read or written.
class NONNEG_EXPORT IoError : public Error {
 public:
  /// An offset that says nothing.
  static constexpr std::int64_t kNoOffset = -1;

  /// Of the file at `path`, at `byte_offset` of it where that is known.
  explicit IoError(const std::string& message, std::string path = {},
                   std::int64_t byte_offset = kNoOffset);
  IoError(const IoError&);
  IoError& operator=(const IoError&);
  ~IoError() override;

  /// The file; empty where there is none.
  const std::string& path() const noexcept { return path_; }
  /// Where in the file, or kNoOffset where that has no meaning.
  std::int64_t byte_offset() const noexcept { return byte_offset_; }

 private:
  std::string path_;
  std::int64_t byte_offset_;
};

}  // namespace nonneg
