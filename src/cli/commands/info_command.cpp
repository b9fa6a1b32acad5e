// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "base/byte_count.hpp"
#include "base/thread_team.hpp"
#include "cli/commands/commands.hpp"
#include "cli/options/result_options.hpp"
#include "cli/output/console.hpp"
#include "cli/output/processor.hpp"
#include "nonneg/devices.hpp"
#include "nonneg/version.hpp"

namespace nonneg::cli {
namespace {

std::uint64_t memory_bytes(const std::string& key) {
  const std::string kilobytes = proc_value("/proc/meminfo", key);
  return kilobytes.empty() ? 0 : std::strtoull(kilobytes.c_str(), nullptr, 10) * 1024;
}

std::string device_line(const DeviceInfo& device) {
  return fmt::format("cuda:{}, {}, {}, compute capability {}.{}, {} L2", device.index, device.name,
                     byte_count(device.memory_bytes), device.compute_major, device.compute_minor,
                     byte_count(device.l2_bytes));
}

/// One line per device below the other, those that cannot be used last; where there is none, why.
std::string device_lines(const DeviceList& list) {
  if (list.devices.empty()) return "none: " + list.reason;
  std::string lines;
  for (const DeviceInfo& device : list.devices) {
    lines += (lines.empty() ? "" : "\n          ") + device_line(device);
  }
  for (const UnusableDevice& device : list.unusable) {
    lines += "\n          cannot be used: " + device.reason;
  }
  return lines;
}

nlohmann::ordered_json to_json(const DeviceInfo& device) {
  return {{"index", device.index},
          {"name", device.name},
          {"memory_bytes", device.memory_bytes},
          {"l2_bytes", device.l2_bytes},
          {"multiprocessors", device.multiprocessors},
          {"compute_capability", fmt::format("{}.{}", device.compute_major, device.compute_minor)}};
}

ExitStatus execute(bool json) {
  const BuildInfo build = build_info();
  const std::string model = processor_name();
  const int cores = usable_threads();
  const DeviceList list = devices();
  const std::uint64_t total = memory_bytes("MemTotal");
  const std::uint64_t available = memory_bytes("MemAvailable");
  if (json) {
    nlohmann::ordered_json backends = {"cpu"};
    if (build.cuda) backends.push_back("cuda");
    auto device_array = nlohmann::ordered_json::array();
    for (const DeviceInfo& device : list.devices) device_array.push_back(to_json(device));
    auto unusable = nlohmann::ordered_json::array();
    for (const UnusableDevice& device : list.unusable) {
      unusable.push_back({{"index", device.index}, {"reason", device.reason}});
    }
    const nlohmann::ordered_json info = {
        {"nonneg_version", build.version},
        {"command", "info"},
        {"build",
         {{"compiler", build.compiler},
          {"type", build.build_type},
          {"float32_gemm", build.float32_gemm},
          {"formats", build.formats},
          {"instruction_set", build.instruction_set},
          {"cuda", build.cuda}}},
        {"backends", backends},
        {"cpu", {{"model", model}, {"cores", cores}}},
        {"memory", {{"total_bytes", total}, {"available_bytes", available}}},
        {"devices", device_array},
        {"unusable_devices", unusable},
        {"no_device_reason", list.reason}};
    print(info.dump(2) + "\n");
    return ExitStatus::success;
  }
  print(fmt::format(
      "nonneg    {}\nbuild     {}, {}, {} instructions\n"
      "float32   products by {}\nformats   {}\nbackends  {}\n"
      "cpu       {}\ncores     {} usable\nmemory    {}, {} available\ndevices   {}\n",
      build.version, build.compiler, build.build_type, build.instruction_set, build.float32_gemm,
      build.formats, build.cuda ? "cpu, cuda" : "cpu", model.empty() ? "unknown" : model, cores,
      byte_count(total), byte_count(available), device_lines(list)));
  return ExitStatus::success;
}

}  // namespace

Command info_command() {
  const auto json = std::make_shared<bool>(false);
  Command command{"info", "Say what this build and this machine have"};
  command.options.group("Result");
  add_json(command.options, *json);
  command.examples = "  nonneg info";
  command.run = [json](Interrupt&) { return execute(*json); };
  return command;
}

}  // namespace nonneg::cli
