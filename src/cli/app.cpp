#include "cli/app.hpp"

#include "cli/completion_command.hpp"
#include "cli/console.hpp"
#include "cli/help_formatter.hpp"
#include "cli/info_command.hpp"
#include "cli/option_table.hpp"
#include "cli/usage.hpp"
#include "nonneg/version.hpp"

namespace nonneg::cli {
namespace {

const std::string kInputHelp =
    "Matrix A, m x n: .npy, .csv, .tsv or .mtx, or any of them gzipped (.gz); sparse .mtx or .npz; "
    "HDF5 (.h5, .hdf5, .h5ad), also as FILE:/PATH/IN/FILE";

CLI::App& add_command(CLI::App& app, const std::string& name, const std::string& description) {
  CLI::App& command = *app.add_subcommand(name, description);
  command.allow_extras();
  command.set_help_flag();
  return command;
}

/// The last group of every help page.
void finish(CLI::App& command, const std::string& examples) {
  command.set_help_flag("-h,--help", "Show this page")->group("General");
  command.footer("Examples:\n" + examples);
}

void add_dataset(OptionTable& table, OpenOptions& open) {
  table.group("Input");
  table.path("--dataset", open.dataset, "PATH",
             "Which matrix of an HDF5 file, or which array of an .npz file, A is");
}

void add_computing(OptionTable& table, Options& options) {
  table.group("Computing");
  table.choice("--precision", options.precision, "auto|float32|float64|tf32",
               {Precision::automatic, Precision::float32, Precision::float64, Precision::tf32},
               "Type to compute in; auto: float64 for float64 data, else float32; tf32: float32 "
               "with A's products on a CUDA device's tensor cores");
  table.choice("--backend", options.backend, "auto|cpu|cuda",
               {BackendKind::automatic, BackendKind::cpu, BackendKind::cuda}, "Where to compute");
  table.integer("--device", options.device, "Which CUDA device, as `nonneg info` lists them", "0");
  table.integer("--threads", options.threads, "Threads on the CPU", "all usable cores");
  table.integer("--panel-rows", options.panel_rows, "Rows of A worked on at a time",
                "fitted to the caches; on a device by timing");
  table.flag("--deterministic", options.deterministic,
             "Choose nothing by timing: equal runs give equal bits on a device too");
}

void add_algorithm(OptionTable& table, Options& options, const std::string& default_text) {
  CLI::Option* option = table.choice(
      "--algorithm", options.algorithm, "auto|hals|mu|anls",
      {Algorithm::automatic, Algorithm::hals, Algorithm::mu, Algorithm::anls},
      "hals: alternating least squares by component; mu: multiplicative updates; anls: alternating "
      "least squares, exact; auto: hals where it can");
  if (!default_text.empty()) option->default_str(default_text);
}

void add_loss(OptionTable& table, Options& options) {
  CLI::Option* loss = table.choice("--loss", options.beta, "frobenius|kl|is",
                                   {kFrobenius, kKullbackLeibler, kItakuraSaito},
                                   "What is minimised: kl Kullback-Leibler, is Itakura-Saito");
  loss->excludes(table.decimal("--beta", options.beta, "The beta-divergence of this beta instead",
                               "that of --loss"));
}

void add_missing(OptionTable& table, Options& options) {
  table.choice("--missing", options.missing, "none|nan|zeros",
               {Missing::none, Missing::nan, Missing::zeros},
               "Entries that nobody observed: NaN and empty cells, or what a sparse matrix does "
               "not store");
}

void add_weights(OptionTable& table, DataArguments& data) {
  table.path("--mask", data.mask, "FILE", "Matrix of 0 for missing entries of A, and 1");
  table.path("--weights", data.weights, "FILE", "Matrix of how much each entry of A counts, >= 0");
}

void add_reporting(OptionTable& table, Reporting& reporting) {
  table.flag("--quiet", reporting.quiet, "No progress, no summary: only errors");
  table.flag("--json", reporting.json, "One JSON object on standard output, nothing else");
}

void add_watching(CLI::App& command, OptionTable& table, WatchArguments& watch) {
  table.group("Watching");
  table.path("--snapshots", watch.snapshots, "DIR",
             "Directory that gets snapshots of the factors as they form, pictures and a report");
  table.integer("--snapshot-every", watch.every, "Iterations between two snapshots",
                "at 1, 2, 4, 8, ...");
  table.decimal("--snapshot-seconds", watch.seconds, "Seconds between two snapshots", "");
  table.path("--snapshot-at", watch.at, "LIST", "Iterations to keep, such as 1,10,100");
  table.integer("--snapshot-rows", watch.rows, "Most rows of W in a snapshot, evenly spaced",
                "all of them");
  table.path("--image-shape", watch.image_shape, "R,C", "A row of A is an image of R x C pixels");
  table.flag("--no-pictures", watch.no_pictures, "Draw nothing at the end of the run");
  command
      .add_option_function<std::string>(
          "--live",
          [&watch](const std::string& text) {
            watch.live = true;
            if (!text.empty()) watch.port = parse_integer("--live", text);
          },
          "Show the run on a page of this machine, at PORT or one that is free")
      ->type_name("[PORT]")
      ->expected(0, 1)
      ->group("Watching");
  table
      .path("--live-host", watch.host, "ADDRESS",
            "Address to serve the page at; others than this machine reach only what is not "
            "127.0.0.1")
      ->default_str(watch.host);
  table.decimal("--live-linger", watch.linger, "Seconds that the page stays after the run",
                "until it is closed");
}

void add_factorize(CLI::App& app, FactorizeArguments& arguments) {
  CLI::App& command = add_command(app, "factorize", "Factorize a matrix: A ~ W*H with W, H >= 0");
  Options& options = arguments.options;
  OptionTable table(command);
  table.positional("INPUT", arguments.input, kInputHelp);
  add_dataset(table, arguments.open);
  table.path("--row-names", arguments.open.row_names, "FILE",
             "Names of A's rows, one a line, in place of those in INPUT");
  table.path("--column-names", arguments.open.column_names, "FILE",
             "Names of A's columns, likewise");
  table.group("Result");
  table.integer("--rank", options.rank, "Number of components k", "required");
  table.path("--out", arguments.out, "DIR", "Directory for W.npy, H.npy and run.json (required)");
  table.flag("--overwrite", arguments.overwrite, "Replace an older run in DIR");
  add_reporting(table, arguments.reporting);

  table.group("Algorithm");
  add_algorithm(table, options, {});
  add_loss(table, options);
  add_missing(table, options);
  add_weights(table, arguments.data);
  table.integer("--inner-repeats", options.inner_repeats,
                "Updates of a factor per iteration with the same products", "the algorithm's own");
  table.on_off("--extrapolation", options.extrapolation,
               "Update W at an H carried on along its last step",
               "on for hals, off for mu; not with anls");
  table.decimal("--floor", options.floor, "Smallest factor entry, in units of sqrt(mean(A)/k)",
                "0 for hals and anls, 1e-10 for mu");
  table.decimal("--l1-w", options.penalties.l1_w, "Penalty on the sum of W");
  table.decimal("--l1-h", options.penalties.l1_h, "Penalty on the sum of H");
  table.decimal("--l2-w", options.penalties.l2_w, "Penalty on half the squares of W");
  table.decimal("--l2-h", options.penalties.l2_h, "Penalty on half the squares of H");

  table.group("Start");
  table
      .choice("--init", options.init, "random|custom", {Init::random, Init::custom},
              "First factors: drawn, or from --init-w and --init-h")
      ->each([&arguments](const std::string&) { arguments.init_given = true; });
  table.path("--init-w", arguments.init_w, "FILE", "First W, m x k");
  table.path("--init-h", arguments.init_h, "FILE", "First H, k x n");
  table.unsigned_integer("--seed", options.seed, "Which random numbers to draw");

  table.group("Stop");
  table.integer("--max-iterations", options.max_iterations, "Most iterations");
  table.decimal("--tolerance", options.tolerance,
                "Stop when the objective falls by less than this part of itself between two "
                "checks; 0: never");
  table.integer("--check-every", options.check_every, "Iterations between two checks");
  add_computing(table, options);
  add_watching(command, table, arguments.watch);
  finish(command,
         "  nonneg factorize faces.npy --rank 32 --out faces-32\n"
         "  nonneg factorize counts.csv.gz --rank 10 --out run --algorithm mu --seed 7\n"
         "  nonneg factorize A.mtx --rank 5 --out run --json > run.log\n"
         "  nonneg factorize cells.h5ad:/layers/counts --rank 20 --out run");
}

void add_transform(CLI::App& app, TransformArguments& arguments) {
  CLI::App& command = add_command(app, "transform", "Find W for new rows, with a model's H");
  Options& options = arguments.options;
  OptionTable table(command);
  table.positional("INPUT", arguments.input,
                   "New rows, with the model's columns, in any format that factorize reads");
  add_dataset(table, arguments.open);
  table.group("Result");
  table.path("--model", arguments.model, "DIR", "Directory of a run (required)");
  table.path("--out", arguments.out, "FILE", "File for W, an .npy (required)");
  table.flag("--overwrite", arguments.overwrite, "Replace FILE if it exists");
  add_reporting(table, arguments.reporting);
  table.group("Algorithm");
  add_algorithm(table, options, "the model's");
  command.get_option("--algorithm")->each([&arguments](const std::string&) {
    arguments.algorithm_given = true;
  });
  add_missing(table, options);
  add_weights(table, arguments.data);
  table.decimal("--l1-w", arguments.l1_w, "Penalty on the sum of W", "the model's");
  table.decimal("--l2-w", arguments.l2_w, "Penalty on half the squares of W", "the model's");
  table.group("Stop");
  table.integer("--max-iterations", options.max_iterations, "Most updates of a row");
  table.decimal("--tolerance", options.tolerance,
                "A row is done when it moves by less than this part of its first step; 0: never");
  add_computing(table, options);
  finish(command, "  nonneg transform new.npy --model faces-32 --out W-new.npy");
}

void add_reconstruct(CLI::App& app, ReconstructArguments& arguments) {
  CLI::App& command = add_command(app, "reconstruct", "Multiply a run's factors: W*H");
  OptionTable table(command);
  table.positional("DIR", arguments.model, "Directory of a run")->type_name("DIR");
  table.group("Result");
  table.path("--out", arguments.out, "FILE", "File for W*H, an .npy (required)");
  table.flag("--overwrite", arguments.overwrite, "Replace FILE if it exists");
  add_reporting(table, arguments.reporting);
  finish(command, "  nonneg reconstruct faces-32 --out approximation.npy");
}

void add_render(CLI::App& app, RenderArguments& arguments) {
  CLI::App& command = add_command(app, "render", "Draw pictures of a run's snapshots");
  OptionTable table(command);
  table
      .positional("DIR", arguments.snapshots,
                  "Directory of snapshots, or of a run that names one; it may still grow")
      ->type_name("DIR");
  table.group("Result");
  table.path("-o,--out", arguments.out, "DIR", "Directory for the pictures")
      ->default_str("beside the snapshots");
  table.flag("--overwrite", arguments.overwrite,
             "Replace files that nonneg did not draw; its own pictures always are");
  add_reporting(table, arguments.reporting);
  table.group("Pictures");
  table
      .path("--image-shape", arguments.image_shape, "R,C",
            "A row of the matrix is an image of R x C pixels")
      ->default_str("the run's");
  table.path("--size", arguments.size, "WxH", "Size in pixels")->default_str("fitted");
  table
      .path("--format", arguments.formats, "LIST",
            "gif: an animation over the snapshots; png, svg: the last one")
      ->default_str("gif,png");
  table.flag("--no-report", arguments.no_report, "Write no report.html");
  finish(command,
         "  nonneg render snapshots\n"
         "  nonneg render faces-32 -o pictures --image-shape 19,19\n"
         "  nonneg render snapshots --format svg --size 1600x720");
}

void add_plan(CLI::App& app, PlanArguments& arguments) {
  CLI::App& command = add_command(app, "plan", "Say what a factorization takes, and stop there");
  OptionTable table(command);
  table.positional("INPUT", arguments.input, kInputHelp);
  add_dataset(table, arguments.open);
  table.group("Plan");
  table.integer("--rank", arguments.options.rank, "Number of components k", "required");
  add_algorithm(table, arguments.options, {});
  add_loss(table, arguments.options);
  add_missing(table, arguments.options);
  add_weights(table, arguments.data);
  table.flag("--json", arguments.json, "One JSON object on standard output, nothing else");
  add_computing(table, arguments.options);
  finish(command, "  nonneg plan faces.npy --rank 32");
}

void add_demo(CLI::App& app, DemoArguments& arguments) {
  CLI::App& command = add_command(app, "demo", "Factorize a matrix whose answer is known");
  OptionTable table(command);
  command
      .add_option_function<std::string>(
          "NAME",
          [&arguments](const std::string& text) {
            const auto choice = parse_choice("demo", text, choices_of("learning|line|swimmer"));
            arguments.demo = static_cast<Demo>(choice);
          },
          "learning: 80 points in the plane, 50 multiplicative updates, and an animation of them; "
          "line: 80 points about a line, at rank 1; swimmer: 256 pictures made of 17 parts")
      ->type_name("learning|line|swimmer")
      ->default_str("learning");
  table.group("Result");
  table.path("--out", arguments.out, "DIR", "Directory for W.npy, H.npy and run.json");
  table.path("--picture", arguments.picture, "FILE", "Where learning and line draw what they did")
      ->default_str("learning.gif, line.png");
  table.flag("--no-picture", arguments.no_picture, "Draw nothing");
  table.flag("--overwrite", arguments.overwrite,
             "Replace an older run in DIR, and a FILE that nonneg did not draw");
  add_reporting(table, arguments.reporting);
  table.group("Run");
  table.integer("--max-iterations", arguments.max_iterations, "Most iterations",
                "swimmer 200, else 50");
  table.unsigned_integer("--seed", arguments.seed, "First of the swimmer's random starts");
  table.integer("--threads", arguments.threads, "Threads on the CPU", "all usable cores");
  finish(command, "  nonneg demo\n  nonneg demo line\n  nonneg demo swimmer --out swimmer");
}

void add_view(CLI::App& app, ViewArguments& arguments) {
  CLI::App& command = add_command(app, "view", "Show a run's snapshots on a page, as they come");
  OptionTable table(command);
  table.positional("DIR", arguments.directory, "Directory of snapshots, or of a run that has some")
      ->type_name("DIR");
  table.group("Page");
  table.integer("--port", arguments.port, "Port to serve the page at", "7878, or any free one");
  command
      .add_option_function<std::string>(
          "--host", [&arguments](const std::string& text) { arguments.host = text; },
          "Address to serve at; others than this machine reach only what is not 127.0.0.1")
      ->type_name("ADDRESS")
      ->group("Page")
      ->default_str(arguments.host);
  finish(command, "  nonneg view snapshots\n  nonneg view snapshots --port 9000");
}

void add_info(CLI::App& app, bool& json) {
  CLI::App& command = add_command(app, "info", "Say what this build and this machine have");
  OptionTable table(command);
  table.group("Result");
  table.flag("--json", json, "One JSON object on standard output, nothing else");
  finish(command, "  nonneg info");
}

void add_completion(CLI::App& app, std::string& shell) {
  CLI::App& command = add_command(app, "completion", "Print a completion script for a shell");
  OptionTable table(command);
  table.positional("SHELL", shell, "bash, zsh or fish")->type_name("bash|zsh|fish");
  finish(command,
         "  source <(nonneg completion bash)\n"
         "  nonneg completion zsh > ~/.zfunc/_nonneg\n"
         "  nonneg completion fish > ~/.config/fish/completions/nonneg.fish");
}

ExitStatus dispatch(const CLI::App& app, const Arguments& arguments, Interrupt& interrupt) {
  const std::string command = chosen_command(app).get_name();
  if (command == "factorize") return factorize_command(arguments.factorize, interrupt);
  if (command == "transform") return transform_command(arguments.transform, interrupt);
  if (command == "reconstruct") return reconstruct_command(arguments.reconstruct, interrupt);
  if (command == "render") return render_command(arguments.render, interrupt);
  if (command == "plan") return plan_command(arguments.plan);
  if (command == "demo") return demo_command(arguments.demo, interrupt);
  if (command == "view") return view_command(arguments.view, interrupt);
  if (command == "info") return info_command(arguments.info_json);
  return completion_command(arguments.shell, app);
}

}  // namespace

std::unique_ptr<CLI::App> make_app(Arguments& arguments) {
  auto app = std::make_unique<CLI::App>("Non-negative matrix factorization: A ~ W*H", "nonneg");
  app->formatter(std::make_shared<HelpFormatter>());
  app->allow_extras();
  app->require_subcommand(0, 1);
  app->set_help_flag();
  add_factorize(*app, arguments.factorize);
  add_transform(*app, arguments.transform);
  add_reconstruct(*app, arguments.reconstruct);
  add_render(*app, arguments.render);
  add_plan(*app, arguments.plan);
  add_view(*app, arguments.view);
  add_info(*app, arguments.info_json);
  add_demo(*app, arguments.demo);
  add_completion(*app, arguments.shell);
  for (CLI::App* command : app->get_subcommands({})) command->group("Commands");
  app->set_version_flag("--version", "nonneg " + std::string(version()), "Show the version")
      ->group("General");
  finish(*app,
         "  nonneg demo\n"
         "  nonneg factorize faces.npy --rank 32 --out faces-32\n"
         "  nonneg factorize --help");
  return app;
}

int run(int argc, char** argv) noexcept {
  try {
    Interrupt interrupt;
    Arguments arguments;
    const auto app = make_app(arguments);
    try {
      app->parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
      const CLI::App& command = chosen_command(*app);
      print(command.help(&command == app.get() ? "" : "nonneg"));
      return static_cast<int>(ExitStatus::success);
    } catch (const CLI::CallForVersion& e) {
      print(std::string(e.what()) + "\n");
      return static_cast<int>(ExitStatus::success);
    } catch (const CLI::ParseError& e) {
      throw InvalidArgument(explain(e, *app));
    }
    check_arguments(*app);
    return static_cast<int>(dispatch(*app, arguments, interrupt));
  } catch (...) {
    return static_cast<int>(report(std::current_exception()));
  }
}

}  // namespace nonneg::cli
