// SPDX-License-Identifier: Apache-2.0
// Findings: what the program under test did wrong. Each distinct one is printed once to stderr and
// makes the exit status 66, unless a test takes it first.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

namespace nonneg::emulated {

/// Reports `text` under `kind`, once for each distinct (kind, key).
void report(const std::string& kind, const std::string& key, const std::string& text);
inline void report(const std::string& kind, const std::string& text) { report(kind, text, text); }

/// A kernel that cannot go on: printed as an error, counted as a finding, never merged with an
/// earlier one.
void report_device_error(int code, const std::string& text);

/// Something worth knowing that is no defect; printed only with NONNEG_EMU_LOG >= 1.
void note(const std::string& text);

int finding_count();
std::vector<std::string> findings();
/// Forgets the findings so far; the same defect may be reported anew.
void clear_findings();

/// An error of the emulated device while a kernel runs. `code` is the cudaError_t it leaves behind.
struct DeviceError : std::runtime_error {
  DeviceError(int error_code, const std::string& text)
      : std::runtime_error(text), code(error_code) {}
  int code;
};

}  // namespace nonneg::emulated
