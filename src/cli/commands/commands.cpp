// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/commands.hpp"

namespace nonneg::cli {

Program make_program() {
  Program program{"Non-negative matrix factorization: A ~ W*H",
                  "  nonneg demo\n"
                  "  nonneg factorize faces.npy --rank 32 --out faces-32\n"
                  "  nonneg factorize --help",
                  {}};
  for (const auto& make : {factorize_command, transform_command, reconstruct_command, match_command,
                           render_command, plan_command, bench_command, view_command, info_command,
                           demo_command, completion_command}) {
    program.commands.push_back(make());
  }
  return program;
}

}  // namespace nonneg::cli
