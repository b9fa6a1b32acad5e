// SPDX-License-Identifier: Apache-2.0
#include "cli/output/exit_status.hpp"

#include <algorithm>
#include <filesystem>
#include <new>
#include <stdexcept>
#include <string>
#include <system_error>

#include "cli/output/console.hpp"
#include "cli/output/flag_words.hpp"
#include "nonneg/error.hpp"

namespace nonneg::cli {
namespace {

ExitStatus fail(ExitStatus status, const char* message) noexcept {
  // Messages may quote file names and cells: a line break in one would break the line, and an
  // escape would be one to the terminal.
  try {
    std::string line = "nonneg: " + with_flags(message);
    std::replace_if(
        line.begin(), line.end(), [](unsigned char c) { return c < ' ' || c == '\x7F'; }, ' ');
    say(line + "\n");
  } catch (...) {
    say("nonneg: out of memory\n");
  }
  return status;
}

}  // namespace

ExitStatus say_error(const std::exception_ptr& error) noexcept {
  try {
    std::rethrow_exception(error);
  } catch (const InvalidArgument& e) {
    return fail(ExitStatus::bad_usage, e.what());
  } catch (const NotAvailable& e) {
    return fail(ExitStatus::not_available, e.what());
  } catch (const OutOfMemory& e) {
    return fail(ExitStatus::out_of_memory, e.what());
  } catch (const DeviceError& e) {
    return fail(ExitStatus::device_failed, e.what());
  } catch (const IoError& e) {
    return fail(ExitStatus::io_failed, e.what());
  } catch (const std::filesystem::filesystem_error& e) {
    return fail(ExitStatus::io_failed, e.what());
  } catch (const std::bad_alloc&) {
    return fail(ExitStatus::out_of_memory,
                "out of memory; nonneg plan says what a factorization takes");
  } catch (const std::length_error&) {
    return fail(ExitStatus::out_of_memory,
                "out of memory; nonneg plan says what a factorization takes");
  } catch (const std::system_error& e) {
    if (e.code() != std::errc::resource_unavailable_try_again) {
      return fail(ExitStatus::internal_error, e.what());
    }
    return fail(ExitStatus::out_of_memory,
                "no further thread can be started; allow more processes (ulimit -u), or ask for "
                "fewer with --threads");
  } catch (const std::exception& e) {
    return fail(ExitStatus::internal_error, e.what());
  } catch (...) {
    return fail(ExitStatus::internal_error, "an unknown error");
  }
}

}  // namespace nonneg::cli
