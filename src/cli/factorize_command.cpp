#include "cli/factorize_command.hpp"

#include <fmt/format.h>

#include <optional>

#include "cli/console.hpp"
#include "cli/dense_copy.hpp"
#include "cli/usage.hpp"
#include "nonneg/error.hpp"
#include "nonneg/matrix_file.hpp"

namespace nonneg::cli {
namespace {

/// Two files make a custom start, and a custom start takes two files.
void settle_init(FactorizeArguments& arguments) {
  const bool any = !arguments.init_w.empty() || !arguments.init_h.empty();
  const bool both = !arguments.init_w.empty() && !arguments.init_h.empty();
  if (any && !arguments.init_given) arguments.options.init = Init::custom;
  if (any && arguments.options.init == Init::random) {
    throw InvalidArgument(
        "--init random draws the first factors, and takes no --init-w or --init-h; use --init "
        "custom, or leave the files out");
  }
  if (arguments.options.init == Init::custom && !both) {
    throw InvalidArgument(
        fmt::format("--init custom needs both --init-w FILE (m x k) and --init-h FILE (k x n); "
                    "{} missing",
                    !any                       ? "both are"
                    : arguments.init_w.empty() ? "--init-w is"
                                               : "--init-h is"));
  }
}

/// Names the file in what the library says of a matrix.
std::string naming_file(const std::string& message, const FactorizeArguments& arguments) {
  const bool of_w = message.find("W0") != std::string::npos;
  const bool of_h = message.find("H0") != std::string::npos;
  return (of_w ? arguments.init_w : of_h ? arguments.init_h : arguments.input) + ": " + message;
}

template <class T>
Result<T> solve_file(const DataView& A, const FactorizeArguments& arguments,
                     const InitialFactors<T>* initial, Progress& progress, Interrupt& interrupt) {
  try {
    return solve<T>(A, arguments.options, initial, progress, interrupt);
  } catch (const InvalidArgument& e) {
    throw InvalidArgument(naming_file(e.what(), arguments));
  }
}

void check_shape(const std::string& option, const MatrixFile& file, Index rows, Index cols) {
  const DataView& view = file.view();
  if (view.rows() == rows && view.cols() == cols) return;
  throw InvalidArgument(fmt::format("{} {}: is {} x {}, must be {} x {}", option, file.path(),
                                    view.rows(), view.cols(), rows, cols));
}

template <class T>
ExitStatus run(const FactorizeArguments& arguments, const MatrixFile& file, RunDirectory& directory,
               Progress& progress, Interrupt& interrupt) {
  const DataView& A = file.view();
  const Options& options = arguments.options;
  Matrix<T> W0;
  Matrix<T> H0;
  std::optional<InitialFactors<T>> initial;
  if (options.init == Init::custom) {
    const MatrixFile w_file = MatrixFile::open(arguments.init_w);
    const MatrixFile h_file = MatrixFile::open(arguments.init_h);
    check_shape("--init-w", w_file, A.rows(), options.rank);
    check_shape("--init-h", h_file, options.rank, A.cols());
    W0 = dense_copy<T>(w_file.view());
    H0 = dense_copy<T>(h_file.view());
    initial = InitialFactors<T>{W0.view(), H0.view()};
  }
  const Result<T> result =
      solve_file<T>(A, arguments, initial ? &*initial : nullptr, progress, interrupt);
  progress.end();

  const RunRequest request{"factorize", describe(file), options, arguments.init_w,
                           arguments.init_h};
  const auto record = run_record(request, result);
  write_run(record, result, &directory, arguments.reporting);
  if (arguments.reporting.json) {
    print_json(record, arguments.out);
  } else if (!arguments.reporting.quiet) {
    print(run_summary(record, arguments.out));
  }
  return status_of(result.stop_reason);
}

}  // namespace

ExitStatus factorize_command(FactorizeArguments arguments, Interrupt& interrupt) {
  require_value("factorize", "INPUT", arguments.input);
  require_value("factorize", "--out", arguments.out);
  settle_init(arguments);
  validate(arguments.options);
  RunDirectory directory(arguments.out, arguments.overwrite, interrupt);

  Progress progress(arguments.reporting.quiet, arguments.options.max_iterations);
  progress.show("reading " + arguments.input);
  const MatrixFile file = MatrixFile::open(arguments.input);
  const bool wide = resolve(arguments.options.precision, file.view().type()) == Precision::float64;
  return wide ? run<double>(arguments, file, directory, progress, interrupt)
              : run<float>(arguments, file, directory, progress, interrupt);
}

}  // namespace nonneg::cli
