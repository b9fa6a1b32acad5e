// SPDX-License-Identifier: Apache-2.0
#include "support/device_cost_table.hpp"

#include <fmt/format.h>

#include <sstream>
#include <string_view>

namespace nonneg::bench {

namespace {

std::string name_of(const SweepCase& s) {
  return fmt::format("{:<4} {:<8} {:>4} {:>4} {:>4}", to_string(s.algorithm),
                     s.resident ? "resident" : "staged", s.m, s.n, s.k);
}

constexpr std::string_view kCase = "                m    n    k";

std::string counts_part(const std::vector<MeasuredSweep>& measured) {
  std::string out = fmt::format(
      "What a sweep makes the device do. waits and allocations: between two checks, three sweeps.\n"
      "kernels and products: of the kernels, one per panel and one for H, for HALS with nine "
      "that\n"
      "extrapolate; of the products, three per panel and one for H, one more to extrapolate.\n\n"
      "{}  panels graphs kernels products memsets copies uploads waits allocations\n",
      kCase);
  for (const MeasuredSweep& one : measured) {
    const SweepCounts& c = one.counts;
    out +=
        fmt::format("{} {:>7} {:>6} {:>7} {:>8} {:>7} {:>6} {:>7} {:>5} {:>11}\n",
                    name_of(one.sweep), one.sweep.panels(), c.graph_launches, c.kernels,
                    c.blas_calls, c.memsets, c.copies, c.uploads, one.host_waits, one.allocations);
  }
  return out;
}

std::string bus_part(const std::vector<MeasuredSweep>& measured) {
  std::string out = fmt::format(
      "Bytes over the bus. A: as stored. up, first up: host to device in the third and the first\n"
      "sweep. down: device to host, in three sweeps, and by a check.\n\n"
      "{}         A         up   first up   up / A   down  by a check\n",
      kCase);
  for (const MeasuredSweep& one : measured) {
    const std::uint64_t a = kEntryBytes * entries(one.sweep.m, one.sweep.n);
    out += fmt::format("{} {:>9} {:>10} {:>10} {:>8.4f} {:>6} {:>11}\n", name_of(one.sweep), a,
                       one.counts.uploaded_bytes, one.first_uploaded_bytes,
                       static_cast<double>(one.counts.uploaded_bytes) / static_cast<double>(a),
                       one.downloaded_between_checks, one.check_downloaded_bytes);
  }
  return out;
}

/// "loaded stored", against the least.
std::string traffic(const UpdateTraffic& counted, const UpdateTraffic& least) {
  const auto bytes = [](const UpdateTraffic& t) {
    return static_cast<double>(t.loaded + t.stored);
  };
  return fmt::format("{:>9} {:>7} {:>7.3f}", counted.loaded, counted.stored,
                     bytes(counted) / bytes(least));
}

std::string updates_part(const std::vector<MeasuredSweep>& measured) {
  std::string out = fmt::format(
      "Bytes of global memory that the update kernels ask for, from whichever cache they come, "
      "and\n"
      "their ratio to the least: numerator, factor and G read once, factor written once; for MU\n"
      "above k = 64 the denominator in place of G. What is above the least is G, once per block "
      "of\n"
      "rows (k <= 64) or per few rows (HALS above), and for HALS,\n"
      "which takes several passes over a row in registers, the numerator of those passes that "
      "form\n"
      "the gradient anew.\n\n"
      "{}  passes  W: loaded  stored   ratio  H: loaded  stored   ratio\n",
      kCase);
  for (const MeasuredSweep& one : measured) {
    const SweepCase& s = one.sweep;
    UpdateTraffic least_w;
    for (Index first = 0; first < s.m; first += s.panel_rows) {
      const UpdateTraffic panel =
          least_traffic(s.algorithm, std::min(s.panel_rows, s.m - first), s.k, s.w_repeats());
      least_w.loaded += panel.loaded;
      least_w.stored += panel.stored;
    }
    out += fmt::format(
        "{} {:>7}  {}  {}\n", name_of(s), fmt::format("{}/{}", s.w_repeats(), s.h_repeats()),
        traffic(one.counts.update_w, least_w),
        traffic(one.counts.update_h, least_traffic(s.algorithm, s.n, s.k, s.h_repeats())));
  }
  return out;
}

std::string memory_part(const std::vector<MeasuredSweep>& measured) {
  std::string out = fmt::format(
      "Device memory in bytes. data: A, or the buffers of its panels. workspace: all that is "
      "left,\n"
      "of which {} bytes are cuBLAS's and the reductions' whatever the data.\n\n"
      "{}       data    factors  workspace      total    planned\n",
      kFixedBytes, kCase);
  for (const MeasuredSweep& one : measured) {
    const DeviceMemory model = model_memory(one.sweep);
    out += fmt::format("{} {:>10} {:>10} {:>10} {:>10} {:>10}\n", name_of(one.sweep), model.data,
                       model.factors, one.device_bytes - model.data - model.factors,
                       one.device_bytes, one.planned_bytes);
  }
  return out;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

}  // namespace

std::string describe(const SweepCase& s) {
  return fmt::format("{}, {}, {} x {}, k = {}, panels of {}", to_string(s.algorithm),
                     s.resident ? "resident" : "staged", s.m, s.n, s.k, s.panel_rows);
}

std::string describe(const SweepCounts& c) {
  return fmt::format(
      "graph launches {}\nkernels {}\nproducts {}\nmemsets {}, {} bytes\ncopies {}, {} bytes\n"
      "uploads {}, {} bytes\ndownloaded {} bytes\nflops of products {}\nbytes of products {}\n"
      "update W loads {}, stores {}\nupdate H loads {}, stores {}\n"
      "extrapolate loads {}, stores {}\n",
      c.graph_launches, c.kernels, c.blas_calls, c.memsets, c.memset_bytes, c.copies,
      c.copied_bytes, c.uploads, c.uploaded_bytes, c.downloaded_bytes, c.blas_flops, c.blas_bytes,
      c.update_w.loaded, c.update_w.stored, c.update_h.loaded, c.update_h.stored,
      c.extrapolate.loaded, c.extrapolate.stored);
}

std::string device_cost_table(const std::vector<MeasuredSweep>& measured) {
  return "Cost of a sweep over dense float32 data, as the emulated device counts it: counts, not\n"
         "times. A test compares this file with what is counted now. To renew it after a change\n"
         "that is meant:\n\n"
         "    tests/emulated_device/run.sh build/bench/device_cost > bench/device_cost.txt\n\n" +
         counts_part(measured) + "\n" + bus_part(measured) + "\n" + updates_part(measured) + "\n" +
         memory_part(measured);
}

std::string difference(const std::string& kept, const std::string& now) {
  const std::vector<std::string> old_lines = lines_of(kept);
  const std::vector<std::string> new_lines = lines_of(now);
  std::string out;
  for (std::size_t i = 0; i < std::max(old_lines.size(), new_lines.size()); ++i) {
    const bool in_old = i < old_lines.size();
    const bool in_new = i < new_lines.size();
    if (in_old && in_new && old_lines[i] == new_lines[i]) continue;
    if (in_old) out += fmt::format("{:>3} - {}\n", i + 1, old_lines[i]);
    if (in_new) out += fmt::format("{:>3} + {}\n", i + 1, new_lines[i]);
  }
  return out;
}

}  // namespace nonneg::bench
