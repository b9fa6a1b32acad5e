#include "cli/exit_status.hpp"

#include <algorithm>
#include <filesystem>
#include <new>
#include <stdexcept>
#include <string>

#include "cli/console.hpp"
#include "nonneg/error.hpp"

namespace nonneg::cli {
namespace {

ExitStatus fail(ExitStatus status, const char* message) noexcept {
  // Messages may quote file names and cells: a line break in one would break the line.
  try {
    std::string line = std::string("nonneg: ") + message;
    std::replace(line.begin(), line.end(), '\n', ' ');
    say(line + "\n");
  } catch (...) {
    say("nonneg: out of memory\n");
  }
  return status;
}

}  // namespace

ExitStatus report(const std::exception_ptr& error) noexcept {
  try {
    std::rethrow_exception(error);
  } catch (const InvalidArgument& e) {
    return fail(kBadUsage, e.what());
  } catch (const NotAvailable& e) {
    return fail(kNotAvailable, e.what());
  } catch (const OutOfMemory& e) {
    return fail(kOutOfMemory, e.what());
  } catch (const DeviceError& e) {
    return fail(kDeviceFailed, e.what());
  } catch (const IoError& e) {
    return fail(kIoFailed, e.what());
  } catch (const std::filesystem::filesystem_error& e) {
    return fail(kIoFailed, e.what());
  } catch (const std::bad_alloc&) {
    return fail(kOutOfMemory, "out of memory; nonneg plan says what a factorization takes");
  } catch (const std::length_error&) {
    return fail(kOutOfMemory, "out of memory; nonneg plan says what a factorization takes");
  } catch (const std::exception& e) {
    return fail(kInternalError, e.what());
  } catch (...) {
    return fail(kInternalError, "an unknown error");
  }
}

}  // namespace nonneg::cli
