// SPDX-License-Identifier: Apache-2.0
/// nonneg: non-negative matrix factorization, A ≈ W·H with W, H >= 0.
#pragma once

#include "nonneg/any.hpp"
#include "nonneg/components.hpp"
#include "nonneg/data_view.hpp"
#include "nonneg/devices.hpp"
#include "nonneg/element_type.hpp"
#include "nonneg/error.hpp"
#include "nonneg/factorize.hpp"
#include "nonneg/factorize_all.hpp"
#include "nonneg/matrix.hpp"
#include "nonneg/matrix_access.hpp"
#include "nonneg/matrix_file.hpp"
#include "nonneg/matrix_view.hpp"
#include "nonneg/options.hpp"
#include "nonneg/plan.hpp"
#include "nonneg/precision.hpp"
#include "nonneg/rates.hpp"
#include "nonneg/reconstruct.hpp"
#include "nonneg/result.hpp"
#include "nonneg/run.hpp"
#include "nonneg/snapshot.hpp"
#include "nonneg/snapshot_directory.hpp"
#include "nonneg/solver.hpp"
#include "nonneg/sparse_matrix.hpp"
#include "nonneg/sparse_view.hpp"
#include "nonneg/transform.hpp"
#include "nonneg/version.hpp"

/// All that the library declares.
namespace nonneg {}
