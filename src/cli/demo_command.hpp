/// nonneg demo
#pragma once

#include <optional>
#include <string>

#include "cli/factorization.hpp"

namespace nonneg::cli {

enum class Demo { learning, line, swimmer };

struct DemoArguments {
  Demo demo = Demo::learning;
  /// Empty: the factors are not kept.
  std::string out;
  /// Where the picture of learning and of line goes; empty for a name of its own in the working
  /// directory.
  std::string picture;
  bool no_picture = false;
  bool overwrite = false;
  Reporting reporting;
  std::optional<std::int64_t> max_iterations;
  /// Of the swimmer's first start.
  std::uint64_t seed = 0;
  int threads = 0;
};

ExitStatus demo_command(const DemoArguments& arguments, Interrupt& interrupt);

}  // namespace nonneg::cli
