// SPDX-License-Identifier: Apache-2.0
/// Runs gnuplot, the plotting program.
#pragma once

#include <string>

namespace nonneg::render {

/// Gives a script to a gnuplot process and returns what it drew, which the script leaves on
/// standard output. The user's own gnuplot settings are not read. Throws NotAvailable where there
/// is no gnuplot, naming the package, or where it could not draw, with its own words.
std::string run_gnuplot(const std::string& script);

}  // namespace nonneg::render
