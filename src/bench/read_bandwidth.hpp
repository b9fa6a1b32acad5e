// SPDX-License-Identifier: Apache-2.0
/// How fast memory is read.
#pragma once

namespace nonneg::bench {

/// Bytes per second that so many threads read from memory: the best of five times 256 MiB.
double read_bandwidth(int threads);

}  // namespace nonneg::bench
