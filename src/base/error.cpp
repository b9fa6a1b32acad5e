// SPDX-License-Identifier: Apache-2.0
// Out-of-line members, so that each error type has one vtable and type_info, in the library.
#include "nonneg/error.hpp"

#include <utility>

namespace nonneg {

Error::Error(const std::string& message) : std::runtime_error(message) {}
InvalidArgument::InvalidArgument(const std::string& message) : Error(message) {}
InvalidArgument::InvalidArgument(Subject subject, const std::string& message)
    : Error(message), subject_(subject) {}
NotAvailable::NotAvailable(const std::string& message) : Error(message) {}
OutOfMemory::OutOfMemory(const std::string& message, std::uint64_t bytes_requested,
                         std::uint64_t bytes_free)
    : Error(message), bytes_requested_(bytes_requested), bytes_free_(bytes_free) {}
DeviceError::DeviceError(const std::string& message) : Error(message) {}
IoError::IoError(const std::string& message, std::string path, std::int64_t byte_offset)
    : Error(message), path_(std::move(path)), byte_offset_(byte_offset) {}

Error::Error(const Error&) = default;
Error& Error::operator=(const Error&) = default;
Error::~Error() = default;

InvalidArgument::InvalidArgument(const InvalidArgument&) = default;
InvalidArgument& InvalidArgument::operator=(const InvalidArgument&) = default;
InvalidArgument::~InvalidArgument() = default;

NotAvailable::NotAvailable(const NotAvailable&) = default;
NotAvailable& NotAvailable::operator=(const NotAvailable&) = default;
NotAvailable::~NotAvailable() = default;

OutOfMemory::OutOfMemory(const OutOfMemory&) = default;
OutOfMemory& OutOfMemory::operator=(const OutOfMemory&) = default;
OutOfMemory::~OutOfMemory() = default;

DeviceError::DeviceError(const DeviceError&) = default;
DeviceError& DeviceError::operator=(const DeviceError&) = default;
DeviceError::~DeviceError() = default;

IoError::IoError(const IoError&) = default;
IoError& IoError::operator=(const IoError&) = default;
IoError::~IoError() = default;

}  // namespace nonneg
