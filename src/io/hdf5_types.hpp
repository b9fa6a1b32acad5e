// SPDX-License-Identifier: Apache-2.0
/// What the types of an HDF5 file's entries are in memory: numbers and texts.
#pragma once

#include <hdf5.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "io/hdf5_handle.hpp"
#include "nonneg/element_type.hpp"

namespace nonneg::io {

/// The stored type, and the type in memory in which libhdf5 hands it over.
struct NumberType {
  ElementType type;
  Hdf5Handle memory;
};

/// Returns nothing for what is no number that nonneg reads.
std::optional<NumberType> number_type(hid_t stored);

/// Reads what `type` says into `buffer`; false where it cannot.
using ReadTexts = std::function<bool(hid_t type, void* buffer)>;

/// Returns `count` texts of the stored type `text`, which `read` fetches; nothing where it cannot.
/// Texts that are a field of something larger are fetched as `compound`, which has that field
/// alone.
std::optional<std::vector<std::string>> read_texts(hid_t text, hid_t space, std::size_t count,
                                                   const ReadTexts& read,
                                                   hid_t compound = H5I_INVALID_HID);

}  // namespace nonneg::io
