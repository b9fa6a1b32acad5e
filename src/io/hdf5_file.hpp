/// HDF5 files through libhdf5's C interface: objects that close themselves, and errors in its
/// words. Only files that are compiled where there is a libhdf5 include this.
#pragma once

#include <hdf5.h>

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "io/byte_buffer.hpp"
#include "nonneg/sparse_matrix.hpp"

namespace nonneg::io {

/// While it lives, libhdf5 is this thread's alone and prints nothing: not every build of it may be
/// used by two threads at once.
class Hdf5Session {
 public:
  Hdf5Session();
  ~Hdf5Session();
  Hdf5Session(const Hdf5Session&) = delete;
  Hdf5Session& operator=(const Hdf5Session&) = delete;

 private:
  std::unique_lock<std::mutex> lock_;
  H5E_auto2_t print_ = nullptr;
  void* print_data_ = nullptr;
};

/// An identifier of libhdf5's, closed at the end; negative where nothing was opened.
class Hdf5Handle {
 public:
  using Close = herr_t (*)(hid_t);

  Hdf5Handle(hid_t id, Close close) noexcept : id_(id), close_(close) {}
  Hdf5Handle(Hdf5Handle&& other) noexcept
      : id_(std::exchange(other.id_, H5I_INVALID_HID)), close_(other.close_) {}
  Hdf5Handle& operator=(Hdf5Handle&& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(close_, other.close_);
    return *this;
  }
  Hdf5Handle(const Hdf5Handle&) = delete;
  Hdf5Handle& operator=(const Hdf5Handle&) = delete;
  ~Hdf5Handle() {
    if (id_ >= 0) close_(id_);
  }

  hid_t id() const noexcept { return id_; }
  explicit operator bool() const noexcept { return id_ >= 0; }

 private:
  hid_t id_;
  Close close_;
};

/// An array read into memory.
struct Hdf5Array {
  ByteBuffer bytes{std::string()};
  ElementType type = ElementType::float64;
  std::vector<Index> sizes;

  ArrayView view() const { return {bytes.data(), type, sizes.empty() ? 1 : sizes.front()}; }
};

/// An open file. Places within it are absolute paths, such as "/X".
class Hdf5File {
 public:
  /// Throws IoError where the file cannot be opened, InvalidArgument where it is no HDF5 file.
  Hdf5File(const std::string& path, std::uint64_t max_bytes);
  /// Takes a file that is open already, and is called `name` in messages.
  Hdf5File(Hdf5Handle file, std::string name, std::uint64_t max_bytes)
      : name_(std::move(name)), file_(std::move(file)), bytes_left_(max_bytes) {}

  enum class Kind { nothing, group, data_set };
  /// Returns what is at `place`; links that lead nowhere are nothing.
  Kind kind(const std::string& place) const;
  bool has_data_set(const std::string& place) const { return kind(place) == Kind::data_set; }
  /// Returns the names of what lies in a group, in alphabetical order, at most `most` of them,
  /// without links to what lies elsewhere.
  std::vector<std::string> links(const std::string& group, std::size_t most) const;

  struct Shape {
    std::vector<Index> sizes;
    /// Nothing, where the entries are no numbers that nonneg reads.
    std::optional<ElementType> type;
  };
  Shape shape(const std::string& data_set) const;

  /// Returns where the entries lie in the file, in bytes from its start, if they lie there as they
  /// do in memory: uncompressed, in one piece, in this machine's byte order.
  std::optional<std::uint64_t> place_in_file(const std::string& data_set) const;

  /// Reads all entries, in row-major order. Throws InvalidArgument for what are not numbers,
  /// OutOfMemory where they take more memory than is left, IoError.
  Hdf5Array read(const std::string& data_set);
  /// Reads the texts of a one-dimensional data set; nothing where it is none.
  std::optional<std::vector<std::string>> texts(const std::string& data_set);

  /// Returns a text attribute; empty where there is none.
  std::string text_attribute(const std::string& object, const std::string& attribute) const;
  /// Returns an attribute of integers; empty where there is none.
  std::vector<Index> index_attribute(const std::string& object, const std::string& attribute) const;

  const std::string& name() const noexcept { return name_; }
  /// Throws OutOfMemory where `bytes` are more than the memory that may still be taken.
  void require_memory(const std::string& place, double bytes) const;

 private:
  struct Opened;
  Opened open(const std::string& data_set) const;
  /// Returns nothing where there is no such attribute.
  std::optional<Opened> open_attribute(const std::string& object,
                                       const std::string& attribute) const;
  std::vector<Index> sizes_of(const Opened& data_set, const std::string& place) const;
  [[noreturn]] void fail(const std::string& place, const char* what) const;

  std::string name_;
  Hdf5Handle file_;
  std::uint64_t bytes_left_;
};

}  // namespace nonneg::io
