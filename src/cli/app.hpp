/// The command line of nonneg.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "cli/demo_command.hpp"
#include "cli/factorize_command.hpp"
#include "cli/plan_command.hpp"
#include "cli/reconstruct_command.hpp"
#include "cli/render_command.hpp"
#include "cli/transform_command.hpp"
#include "cli/view_command.hpp"

namespace nonneg::cli {

/// Where the command line ends up.
struct Arguments {
  FactorizeArguments factorize;
  TransformArguments transform;
  ReconstructArguments reconstruct;
  PlanArguments plan;
  DemoArguments demo;
  RenderArguments render;
  ViewArguments view;
  bool info_json = false;
  std::string shell;
};

/// Every command and option, filled into `arguments`, which must outlive the app.
std::unique_ptr<CLI::App> make_app(Arguments& arguments);

/// The whole command: parses, runs, reports errors. Returns the exit status.
int run(int argc, char** argv) noexcept;

}  // namespace nonneg::cli
