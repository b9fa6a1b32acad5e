// SPDX-License-Identifier: Apache-2.0
#include "settings.hpp"

#include <algorithm>
#include <cstdlib>
#include <sstream>

namespace nonneg::emulated {
namespace {

constexpr std::uint64_t kMiB = 1u << 20;

const char* text_setting(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0' ? value : nullptr;
}

long number_setting(const char* name, long otherwise) {
  const char* value = text_setting(name);
  return value != nullptr ? std::atol(value) : otherwise;
}

bool flag_setting(const char* name, bool otherwise) {
  return number_setting(name, otherwise ? 1 : 0) != 0;
}

/// The devices that a list such as "0,2" names.
void set_condition(Settings& s, const char* name, DeviceCondition condition) {
  std::istringstream list(text_setting(name) != nullptr ? text_setting(name) : "");
  for (std::string device; std::getline(list, device, ',');)
    s.conditions.at(static_cast<std::size_t>(std::atoi(device.c_str()))) = condition;
}

/// Each device's free memory from a list such as "100,2000.5", in MiB: devices beyond it have what
/// the last one has.
void set_free_memory(Settings& s, const std::string& megabytes) {
  std::istringstream list(megabytes);
  std::uint64_t bytes = s.total_memory;
  for (std::uint64_t& free : s.free_memory) {
    std::string one;
    if (std::getline(list, one, ','))
      bytes = static_cast<std::uint64_t>(std::atof(one.c_str()) * static_cast<double>(kMiB));
    free = std::min(s.total_memory, bytes);
  }
}

Settings read_environment() {
  Settings s;
  const std::string order = text_setting("NONNEG_EMU_ORDER") ? std::getenv("NONNEG_EMU_ORDER") : "";
  s.order = order == "eager" ? Order::Eager : order == "random" ? Order::Random : Order::Late;
  s.seed = static_cast<unsigned>(number_setting("NONNEG_EMU_SEED", 1));
  s.shuffle_threads = text_setting("NONNEG_EMU_SEED") != nullptr;
  s.reverse_blocks = flag_setting("NONNEG_EMU_REVERSE", false);
  s.log_level = static_cast<int>(number_setting("NONNEG_EMU_LOG", 0));

  s.device_count =
      std::clamp(static_cast<int>(number_setting("NONNEG_EMU_DEVICES", 1)), 0, kMaxDevices);
  set_condition(s, "NONNEG_EMU_EXCLUSIVE", DeviceCondition::Exclusive);
  set_condition(s, "NONNEG_EMU_BROKEN", DeviceCondition::Broken);
  set_condition(s, "NONNEG_EMU_NO_CODE", DeviceCondition::NoCode);
  s.multiprocessors = static_cast<int>(number_setting("NONNEG_EMU_SMS", 4));
  s.capability = static_cast<int>(number_setting("NONNEG_EMU_CAPABILITY", 0));
  s.driver_version = static_cast<int>(number_setting("NONNEG_EMU_DRIVER", s.driver_version));
  s.total_memory = static_cast<std::uint64_t>(number_setting("NONNEG_EMU_MEM_MB", 8192)) * kMiB;
  const char* free_memory = text_setting("NONNEG_EMU_FREE_MB");
  set_free_memory(s, free_memory != nullptr ? free_memory : "");

  const char* blas = text_setting("NONNEG_EMU_BLAS");
  s.device_sums = blas != nullptr && std::string(blas) == "device";

  s.fail_at = static_cast<std::uint64_t>(number_setting("NONNEG_EMU_FAIL_AT", 0));
  s.fail_sticky = flag_setting("NONNEG_EMU_FAIL_STICKY", false);

  s.not_ready_answers = static_cast<int>(number_setting("NONNEG_EMU_QUERIES", 3));
  s.queue_capacity = static_cast<std::size_t>(number_setting("NONNEG_EMU_QUEUE", 4096));
  s.resident_blocks = static_cast<std::size_t>(number_setting("NONNEG_EMU_RESIDENT", 512));
  s.max_instructions =
      static_cast<std::uint64_t>(number_setting("NONNEG_EMU_MAX_MINSTR", 200000)) * 1000000u;

  s.race_check = flag_setting("NONNEG_EMU_RACECHECK", true);
  s.stream_check = flag_setting("NONNEG_EMU_STREAMCHECK", true);
  s.init_check = flag_setting("NONNEG_EMU_INITCHECK", true);
  s.poison_downloads = flag_setting("NONNEG_EMU_POISON", true);
  s.blocking_uploads = flag_setting("NONNEG_EMU_H2D_SYNC", false);
  s.blocking_pageable = flag_setting("NONNEG_EMU_PAGEABLE_SYNC", false);
  s.draining_frees = flag_setting("NONNEG_EMU_FREE_SYNC", false);
  s.race_check_limit =
      static_cast<std::uint64_t>(number_setting("NONNEG_EMU_RACE_MAX_MB", 64)) * kMiB;
  s.protect = flag_setting("NONNEG_EMU_PROTECT", true);
  s.protect_limit =
      static_cast<std::uint64_t>(number_setting("NONNEG_EMU_PROTECT_MB", 1024)) * kMiB;

  s.strict = flag_setting("NONNEG_EMU_STRICT", true);
  s.report_leaks = flag_setting("NONNEG_EMU_LEAKS", false);
  if (const char* path = text_setting("NONNEG_EMU_LEDGER")) s.ledger_path = path;
  if (const char* prefix = text_setting("NONNEG_EMU_DUMP")) s.dump_prefix = prefix;
  return s;
}

}  // namespace

Settings& settings() {
  static auto* s = new Settings(read_environment());
  return *s;
}

bool set_order(const std::string& name) {
  if (name == "late")
    settings().order = Order::Late;
  else if (name == "eager")
    settings().order = Order::Eager;
  else if (name == "random")
    settings().order = Order::Random;
  else
    return false;
  return true;
}

}  // namespace nonneg::emulated
