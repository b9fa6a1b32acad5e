// SPDX-License-Identifier: Apache-2.0
/// What the CUDA backend holds on its device by itself, whatever the data.
#pragma once

#include "backend/buffers.hpp"
#include "kernels/partial_counts.hpp"

namespace nonneg::cuda {

/// What cuBLAS asks for on Hopper and newer, and more than older devices use.
inline constexpr Index kBlasWorkspaceBytes = 32U << 20U;
/// Room for rows of F·G, and for partial sums of columns and Gram matrices.
inline constexpr Index kScratchBytes = 8U << 20U;
/// Panels that are on their way to a device at once.
inline constexpr int kStagingSlots = 3;

// The names that an error gives them.
inline constexpr std::string_view kBlasWorkspace = "the workspace of cuBLAS";
inline constexpr std::string_view kPartials = "the workspace of the reductions";
inline constexpr std::string_view kScratch = "the denominators of an update";
inline constexpr std::string_view kForSolving = "the workspace of anls_update";

/// `solving_bytes` are what anls_update asks for (anls_workspace_bytes), 0 where it is not used.
inline Buffers backend_needs(std::uint64_t solving_bytes) {
  using Entries = Buffer::Entries;
  return {{kBlasWorkspace, 1, kBlasWorkspaceBytes, Entries::bytes},
          {kPartials, 1, kPartialDoubles, Entries::doubles},
          {kScratch, 1, kScratchBytes, Entries::bytes},
          {kForSolving, 1, static_cast<Index>(solving_bytes), Entries::bytes}};
}

/// Bytes of them all.
inline std::uint64_t backend_bytes(std::uint64_t solving_bytes) {
  constexpr std::uint64_t kNoneOfComputeType = 0;
  return backend_needs(solving_bytes).bytes(kNoneOfComputeType);
}

}  // namespace nonneg::cuda
