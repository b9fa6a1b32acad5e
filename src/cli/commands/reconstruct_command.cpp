// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/commands/commands.hpp"
#include "cli/commands/factorization.hpp"
#include "cli/options/usage.hpp"
#include "cli/output/console.hpp"
#include "io/npy_rows.hpp"
#include "nonneg/error.hpp"
#include "nonneg/matrix_file.hpp"
#include "nonneg/reconstruct.hpp"
#include "nonneg/version.hpp"
#include "records/factor_file.hpp"
#include "records/model.hpp"

namespace nonneg::cli {
namespace {

namespace fs = std::filesystem;

struct ReconstructArguments {
  std::string model;
  std::string out;
  bool overwrite = false;
  Telling telling;
};

/// W·H is formed and written in blocks of about this many bytes.
constexpr Index kBlockBytes = Index{64} << 20U;

/// Puts NaN into rows first … of W*H where nothing was observed: nothing says what W*H is there.
template <class T>
void mark_unobserved(const records::Unobserved& unobserved, Index first, MatrixView<T> block) {
  const T nan = std::numeric_limits<T>::quiet_NaN();
  const auto begin = std::lower_bound(unobserved.rows.begin(), unobserved.rows.end(), first);
  for (auto i = begin; i != unobserved.rows.end() && *i < first + block.rows(); ++i) {
    std::fill_n(block.row(*i - first), block.cols(), nan);
  }
  for (const Index j : unobserved.columns) {
    if (j < 0 || j >= block.cols()) continue;
    for (Index i = 0; i < block.rows(); ++i) block(i, j) = nan;
  }
}

template <class T>
void write_product(const MatrixFile& w_file, const MatrixFile& h_file,
                   const records::Unobserved& unobserved, const io::OutputPath& out, bool overwrite,
                   Progress& progress, Interrupt& interrupt) {
  const Matrix<T> W = records::read_factor<T>(w_file);
  const Matrix<T> H = records::read_factor<T>(h_file);
  io::OutputFile file(out, overwrite, interrupt);
  io::NpyRows<T> rows(file, W.rows(), H.cols());
  const auto row_bytes = H.cols() * static_cast<Index>(sizeof(T));
  const Index block_rows = std::max<Index>(1, kBlockBytes / std::max<Index>(1, row_bytes));
  for (Index first = 0; first < W.rows(); first += block_rows) {
    progress.show(fmt::format("writing row {} of {}", first, W.rows()));
    const Index count = std::min(block_rows, W.rows() - first);
    Matrix<T> block = reconstruct<T>(W.view(), H.view(), first, count);
    mark_unobserved(unobserved, first, block.view());
    rows.append(block.view());
  }
  file.commit();
}

ExitStatus execute(const ReconstructArguments& arguments, Interrupt& interrupt) {
  require_value("reconstruct", "DIR", arguments.model);
  require_value("reconstruct", "--out", arguments.out);
  const io::OutputPath out =
      io::resolve_output_file(arguments.out, arguments.overwrite, output_names("--out"));
  if (!fs::is_directory(arguments.model)) {
    throw IoError(arguments.model + ": is no directory; give one that factorize made",
                  arguments.model);
  }
  const records::Model model = records::open_model(arguments.model);
  const MatrixFile w = records::open_w(model);
  const MatrixFile& h = model.H;
  io::require_unread(out, {w.path(), h.path()});
  const records::Unobserved unobserved =
      records::unobserved_of(model, w.view().rows(), h.view().cols());
  {
    Progress progress(arguments.telling.quiet, 0);
    if (w.view().type() == ElementType::float64 || h.view().type() == ElementType::float64) {
      write_product<double>(w, h, unobserved, out, arguments.overwrite, progress, interrupt);
    } else {
      write_product<float>(w, h, unobserved, out, arguments.overwrite, progress, interrupt);
    }
  }
  if (arguments.telling.json) {
    print_json(
        {{"nonneg_version", version()},
         {"command", "reconstruct"},
         {"model", arguments.model},
         {"shape",
          {{"rows", w.view().rows()}, {"columns", h.view().cols()}, {"rank", h.view().rows()}}}},
        arguments.out);
  } else if (!arguments.telling.quiet) {
    print(fmt::format("matrix      {} x {}, of rank {}\nwritten to  {}\n", w.view().rows(),
                      h.view().cols(), h.view().rows(), arguments.out));
  }
  return ExitStatus::success;
}

void declare(OptionTable& table, ReconstructArguments& arguments) {
  table.text("DIR", arguments.model, "DIR", "Directory of a run");
  table.group("Result");
  add_out_file(table, arguments.out, arguments.overwrite, "W*H");
  add_telling(table, arguments.telling);
}

}  // namespace

Command reconstruct_command() {
  const auto arguments = std::make_shared<ReconstructArguments>();
  Command command{"reconstruct", "Multiply a run's factors: W*H"};
  declare(command.options, *arguments);
  command.examples = "  nonneg reconstruct faces-32 --out approximation.npy";
  command.run = [arguments](Interrupt& interrupt) { return execute(*arguments, interrupt); };
  return command;
}

}  // namespace nonneg::cli
