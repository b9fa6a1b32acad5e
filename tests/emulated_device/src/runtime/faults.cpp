// SPDX-License-Identifier: Apache-2.0
#include "faults.hpp"

#include <cstdio>
#include <set>
#include <string>

#include "../settings.hpp"
#include "capture.hpp"
#include "ledger.hpp"

namespace nonneg::emulated {
namespace {

std::uint64_t counted = 0;
std::string failed;
bool while_recording = false;

const std::set<std::string> kMakeRecordings = {"cudaStreamBeginCapture", "cudaStreamEndCapture",
                                               "cudaGraphInstantiate"};

}  // namespace

bool inject_failure(const char* call) {
  ++counted;
  if (counted != settings().fail_at) return false;
  failed = host_phase().empty() ? call : host_phase() + "/" + call;
  while_recording = capturing() || kMakeRecordings.count(call) != 0;
  std::fprintf(stderr, "NONNEG_EMU INJECT failure of call %llu: %s%s\n",
               static_cast<unsigned long long>(counted), call,
               while_recording ? ", while recording" : "");
  return true;
}

const std::string& failed_call() { return failed; }

std::uint64_t failable_calls() { return counted; }

bool failed_while_recording() { return while_recording; }

void set_failure(std::uint64_t n) {
  counted = 0;
  failed.clear();
  while_recording = false;
  settings().fail_at = n;
}

}  // namespace nonneg::emulated
