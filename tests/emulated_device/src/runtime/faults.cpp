// SPDX-License-Identifier: Apache-2.0
#include "faults.hpp"

#include <cstdio>

#include "../settings.hpp"
#include "ledger.hpp"

namespace nonneg::emulated {
namespace {

std::uint64_t counted = 0;
std::string failed;

}  // namespace

bool inject_failure(const char* call) {
  ++counted;
  if (counted != settings().fail_at) return false;
  failed = host_phase().empty() ? call : host_phase() + "/" + call;
  std::fprintf(stderr, "NONNEG_EMU INJECT failure of call %llu: %s\n",
               static_cast<unsigned long long>(counted), call);
  return true;
}

const std::string& failed_call() { return failed; }

std::uint64_t failable_calls() { return counted; }

void set_failure(std::uint64_t n) {
  counted = 0;
  failed.clear();
  settings().fail_at = n;
}

}  // namespace nonneg::emulated
