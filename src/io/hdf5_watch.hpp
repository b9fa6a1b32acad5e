// SPDX-License-Identifier: Apache-2.0
/// Limits that a process sets itself before it lets libhdf5 loose on a file: on damaged files that
/// library may loop without end, or take memory that the file does not warrant. Without
/// start_hdf5_watch, nothing here does anything.
#pragma once

#include <cstdint>

namespace nonneg::io {

/// From now on SIGPROF ends this process where it computes for `seconds`, and SIGALRM where it
/// waits for ten minutes, without expect_hdf5_progress being called; and no more memory can be had
/// than there is now and `bytes`.
void start_hdf5_watch(double seconds, std::uint64_t bytes);

/// Begins the times anew, before a call of libhdf5's that has this many bytes to read or to unpack:
/// it is given longer, as if a disk read 100 kB a second and a processor unpacked 4 MB.
void expect_hdf5_progress(double bytes = 0) noexcept;

/// Lets this process take so many bytes of memory more.
void allow_hdf5_memory(double bytes) noexcept;

}  // namespace nonneg::io
