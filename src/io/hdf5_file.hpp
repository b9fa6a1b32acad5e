// SPDX-License-Identifier: Apache-2.0
/// HDF5 files through libhdf5's C interface, with errors in its words. Only files that are compiled
/// where there is a libhdf5 include this.
#pragma once

#include <hdf5.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "io/hdf5_contents.hpp"
#include "io/hdf5_handle.hpp"
#include "nonneg/sparse_matrix.hpp"

namespace nonneg::io {

/// An array read into memory that Hdf5Memory gave.
struct Hdf5Array {
  std::byte* entries = nullptr;
  ElementType type = ElementType::float64;
  std::vector<Index> sizes;

  ArrayView view() const { return {entries, type, sizes.empty() ? 1 : sizes.front()}; }
};

/// An open file. Places within it are absolute paths, such as "/X".
class Hdf5File {
 public:
  /// Reads arrays into what `memory` gives, of at most `max_bytes` in all. Throws IoError where the
  /// file cannot be opened, InvalidArgument where it is no HDF5 file.
  Hdf5File(const std::string& path, std::uint64_t max_bytes, Hdf5Memory memory);
  /// Takes a file that is open already, and is called `name` in messages.
  Hdf5File(Hdf5Handle file, std::string name, std::uint64_t max_bytes, Hdf5Memory memory)
      : name_(std::move(name)),
        file_(std::move(file)),
        bytes_left_(max_bytes),
        memory_(std::move(memory)) {}

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
  /// OutOfMemory where they take more memory than is left, NotAvailable for a compression that
  /// this libhdf5 cannot undo, IoError for what is damaged or lies in another file that is not
  /// there.
  Hdf5Array read(const std::string& data_set);
  /// Read the texts, or the integers, of a one-dimensional data set, or of one field of its
  /// entries; nothing where it has none. Integers beyond 64 bits become the nearest that there is.
  std::optional<std::vector<std::string>> texts(const std::string& data_set,
                                                const std::string& field = {}) const;
  std::optional<std::vector<Index>> integers(const std::string& data_set,
                                             const std::string& field = {}) const;
  /// Returns the names of the fields of a data set's entries; empty where they have none.
  std::vector<std::string> fields(const std::string& data_set) const;

  /// Returns a text attribute; empty where there is none.
  std::string text_attribute(const std::string& object, const std::string& attribute) const;
  /// Returns an attribute of integers; empty where there is none.
  std::vector<Index> index_attribute(const std::string& object, const std::string& attribute) const;

  /// Returns where the object lies that an attribute refers to; empty where it refers to none.
  std::string referred_place(const std::string& object, const std::string& attribute) const;

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
  /// The stored type of a field, or where `field` is empty of the whole entry.
  static Hdf5Handle field_type(const Opened& opened, const std::string& field);
  [[noreturn]] void fail_to_read(const std::string& place, std::int64_t data_set,
                                 const std::string& words) const;
  [[noreturn]] void fail(const std::string& place, const char* what) const;

  std::string name_;
  Hdf5Handle file_;
  std::uint64_t bytes_left_;
  Hdf5Memory memory_;
};

}  // namespace nonneg::io
