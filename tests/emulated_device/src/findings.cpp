// SPDX-License-Identifier: Apache-2.0
#include "findings.hpp"

#include <cstdio>
#include <mutex>
#include <set>

#include "settings.hpp"
#include "text.hpp"

namespace nonneg::emulated {
namespace {

struct Reports {
  std::recursive_mutex mutex;
  std::set<std::string> seen;
  std::vector<std::string> texts;
};

Reports& reports() {
  static auto* all = new Reports;
  return *all;
}

}  // namespace

void report(const std::string& kind, const std::string& key, const std::string& text) {
  Reports& all = reports();
  std::lock_guard lock(all.mutex);
  if (!all.seen.insert(kind + key).second) return;
  all.texts.push_back("[" + kind + "] " + text);
  std::fprintf(stderr, "NONNEG_EMU FINDING %s\n", all.texts.back().c_str());
}

void report_device_error(int code, const std::string& text) {
  Reports& all = reports();
  std::lock_guard lock(all.mutex);
  all.texts.push_back(format("[device error %d] %s", code, text.c_str()));
  std::fprintf(stderr, "NONNEG_EMU ERROR %d: %s\n", code, text.c_str());
}

void note(const std::string& text) {
  if (settings().log_level >= 1) std::fprintf(stderr, "NONNEG_EMU note: %s\n", text.c_str());
}

int finding_count() {
  Reports& all = reports();
  std::lock_guard lock(all.mutex);
  return static_cast<int>(all.texts.size());
}

std::vector<std::string> findings() {
  Reports& all = reports();
  std::lock_guard lock(all.mutex);
  return all.texts;
}

void clear_findings() {
  Reports& all = reports();
  std::lock_guard lock(all.mutex);
  all.seen.clear();
  all.texts.clear();
}

}  // namespace nonneg::emulated
