// SPDX-License-Identifier: Apache-2.0
// save() and load(): runs on disk for callers of the library.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "nonneg/components.hpp"
#include "nonneg/factorize.hpp"
#include "nonneg/run.hpp"
#include "nonneg/snapshot_directory.hpp"
#include "records/model.hpp"

namespace nonneg::test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

struct SavedRunTest : testing::Test {
  SavedRunTest() {
    fs::create_directory(place);
    options.rank = 2;
    options.loss = Loss::kullback_leibler;
    options.init = Init::nndsvda;
    options.seed = 7;
    options.max_iterations = 12;
    options.check_every = 5;
    options.tolerance = 0;
    options.penalties.l1_w = 0.25;
    options.floor = 1e-9;
  }
  ~SavedRunTest() override { fs::remove_all(place); }

  std::string run() const { return (place / "run").string(); }
  Json record() const {
    std::ifstream file(run() + "/run.json");
    return Json::parse(file);
  }
  void write_record(const Json& json) const { std::ofstream(run() + "/run.json") << json; }
  /// What load() says of run.json with this change.
  std::string refusal(const std::function<void(Json&)>& change) const {
    const Json good = record();
    Json bad = good;
    change(bad);
    write_record(bad);
    std::string message;
    try {
      load(run());
    } catch (const InvalidArgument& e) {
      EXPECT_EQ(e.subject(), Subject::file);
      message = e.what();
    }
    write_record(good);
    return message;
  }
  template <class T>
  Result<T> result() const {
    const std::vector<T> A{1, 2, 3, 2, 4, 6, 1, 0, 5, 2, 2, 2};
    return factorize(A, 4, 3, options);
  }
  template <class T>
  static void expect_equal(const Matrix<T>& X, const Matrix<T>& Y) {
    ASSERT_EQ(X.rows(), Y.rows());
    ASSERT_EQ(X.cols(), Y.cols());
    for (Index i = 0; i < X.rows(); ++i) {
      for (Index j = 0; j < X.cols(); ++j) EXPECT_EQ(X(i, j), Y(i, j));
    }
  }

  fs::path place = fs::temp_directory_path() / ("saved_run_test." + std::to_string(getpid()));
  Options options;
};

TEST_F(SavedRunTest, WhatIsSavedIsLoaded) {
  const Result<double> made = result<double>();
  const RunDetails details{
      .source = "A.csv", .row_names = {"a", "b", "c", "d"}, .column_names = {"x", "y", "z"}};
  save(run(), made, options, details);
  const SavedRun loaded = load(run());
  const auto& again = loaded.result.as<double>();
  expect_equal(again.W, made.W);
  expect_equal(again.Ht, made.Ht);
  EXPECT_EQ(again.iterations, made.iterations);
  EXPECT_EQ(again.max_iterations, 12);
  EXPECT_EQ(again.stop_reason, made.stop_reason);
  EXPECT_EQ(again.relative_error, made.relative_error);
  ASSERT_EQ(again.loss_history.size(), made.loss_history.size());
  EXPECT_EQ(again.loss_history.back().loss, made.loss_history.back().loss);
  EXPECT_EQ(again.loss_history.back().direct, made.loss_history.back().direct);
  EXPECT_EQ(again.timings.total_seconds, made.timings.total_seconds);
  EXPECT_EQ(again.timings.start_seconds, made.timings.start_seconds);
  EXPECT_EQ(again.start_reads, 1);
  EXPECT_EQ(again.backend, "cpu");
  EXPECT_EQ(again.backend_reason, made.backend_reason);
  EXPECT_EQ(again.algorithm, Algorithm::mu);
  EXPECT_EQ(again.precision, Precision::float64);
  EXPECT_EQ(again.warnings, made.warnings);
  EXPECT_EQ(loaded.options.rank, 2);
  EXPECT_EQ(beta_of(loaded.options), kKullbackLeibler);
  EXPECT_EQ(loaded.options.init, Init::nndsvda);
  EXPECT_EQ(loaded.options.seed, 7U);
  EXPECT_EQ(loaded.options.algorithm, Algorithm::mu);
  EXPECT_EQ(loaded.options.penalties.l1_w, 0.25);
  EXPECT_EQ(loaded.options.floor, 1e-9);
  EXPECT_EQ(loaded.options.check_every, 5);
  EXPECT_EQ(loaded.details.source, "A.csv");
  EXPECT_EQ(loaded.details.row_names, details.row_names);
  EXPECT_EQ(loaded.details.column_names, details.column_names);
  EXPECT_EQ(loaded.details.command, "library");
}

TEST_F(SavedRunTest, ALoadedRunGoesOnAsTheResultWould) {
  const Result<float> made = result<float>();
  save(run(), AnyResult(result<float>()), options);
  const SavedRun loaded = load(run());
  const std::vector<float> A{1, 2, 3, 2, 4, 6, 1, 0, 5, 2, 2, 2};
  const MatrixView<const float> view(A.data(), 4, 3);
  const auto on = factorize(view, loaded.options, start_from(loaded.result.as<float>()));
  const auto expected = factorize(view, options, start_from(made));
  expect_equal(on.W, expected.W);
}

TEST_F(SavedRunTest, WhatWasMadeOfComponentsIsKept) {
  Result<double> made = result<double>();
  normalize(made, Normalization::w_l2);
  order(made, ComponentOrder::explained);
  save(run(), made, options);
  const SavedRun loaded = load(run());
  const auto& again = loaded.result.as<double>();
  EXPECT_EQ(again.normalization, Normalization::w_l2);
  EXPECT_EQ(again.scales, made.scales);
  EXPECT_EQ(again.places, made.places);
  EXPECT_EQ(again.explained.by, Explained::By::model_sum);
  EXPECT_EQ(again.explained.amounts, made.explained.amounts);
  EXPECT_EQ(again.explained.shares, made.explained.shares);
  EXPECT_EQ(records::open_model(run()).scales, made.scales);
  // A result that says nothing of its components is one, too.
  made.explained = {};
  save(run(), made, options, {}, IfPresent::replace);
  EXPECT_TRUE(load(run()).result.as<double>().explained.amounts.empty());
}

TEST_F(SavedRunTest, IsAModelToTheCommand) {
  save(run(), result<float>(), options, {.source = {}, .column_names = {"x", "y", "z"}});
  const records::Model model = records::open_model(run());
  EXPECT_EQ(model.options.beta, kKullbackLeibler);
  EXPECT_EQ(model.options.l1_w, 0.25);
  EXPECT_EQ(model.column_names, (std::vector<std::string>{"x", "y", "z"}));
}

TEST_F(SavedRunTest, ManyNamesLieInAFileOfTheirOwn) {
  const std::vector<float> A(1500, 1.0F);
  options.rank = 1;
  RunDetails details;
  for (int i = 0; i < 1500; ++i) details.row_names.push_back("row " + std::to_string(i));
  save(run(), factorize(A, 1500, 1, options), options, details);
  EXPECT_TRUE(fs::exists(run() + "/row_names.txt"));
  EXPECT_EQ(load(run()).details.row_names, details.row_names);
}

TEST_F(SavedRunTest, ADirectoryThatIsThereIsReplacedWhereThatIsAskedFor) {
  save(run(), result<float>(), options);
  try {
    save(run(), result<float>(), options);
    FAIL() << "nothing was refused";
  } catch (const InvalidArgument& e) {
    EXPECT_EQ(e.subject(), Subject::output);
    EXPECT_NE(std::string(e.what()).find("IfPresent::replace"), std::string::npos) << e.what();
  }
  options.seed = 8;
  save(run(), result<float>(), options, {}, IfPresent::replace);
  EXPECT_EQ(load(run()).options.seed, 8U);
}

TEST_F(SavedRunTest, NamesBecomeLinesOfUtf8WhereverTheyLie) {
  // Those of rows lie in a file, those of columns in the record.
  const std::vector<float> A(1500, 1.0F);
  options.rank = 1;
  RunDetails details{.source = {}, .row_names = {}, .column_names = {"caf\xE9\r\n"}};
  for (int i = 0; i < 1500; ++i) details.row_names.push_back(std::to_string(i) + "\xE9\n");
  save(run(), factorize(A, 1500, 1, options), options, details);
  const RunDetails loaded = load(run()).details;
  EXPECT_EQ(loaded.column_names.at(0), "caf\uFFFD  ");
  EXPECT_EQ(loaded.row_names.at(3), "3\uFFFD ");
}

TEST_F(SavedRunTest, WhatIsNotKnownOfAIsNull) {
  save(run(), result<float>(), options);
  EXPECT_TRUE(record()["input"]["element_type"].is_null());
}

TEST_F(SavedRunTest, NamesThatAreNotAsManyAreRefused) {
  EXPECT_THROW(save(run(), result<float>(), options, {.source = {}, .row_names = {"a"}}),
               InvalidArgument);
  EXPECT_FALSE(fs::exists(run()));
}

TEST_F(SavedRunTest, FactorsWithoutARecordAreLoadedAlone) {
  save(run(), result<float>(), options);
  fs::remove(run() + "/run.json");
  const SavedRun loaded = load(run());
  EXPECT_EQ(loaded.options.rank, 2);
  EXPECT_EQ(loaded.result.rows(), 4);
  EXPECT_THROW(load((place / "nothing").string()), IoError);
}

TEST_F(SavedRunTest, AFieldOfAnotherTypeIsNamed) {
  save(run(), result<float>(), options);
  const auto expect_named = [&](const char* field, const std::function<void(Json&)>& change) {
    const std::string message = refusal(change);
    EXPECT_NE(message.find("run.json"), std::string::npos) << field << ": " << message;
    EXPECT_NE(message.find('"' + std::string(field) + '"'), std::string::npos) << message;
  };
  expect_named("iterations", [](Json& json) { json["iterations"] = "many"; });
  expect_named("stop_reason", [](Json& json) { json["stop_reason"] = "bored"; });
  expect_named("loss_history", [](Json& json) { json["loss_history"] = {1, 2}; });
  expect_named("loss", [](Json& json) { json["loss_history"][0]["loss"] = true; });
  expect_named("warnings", [](Json& json) { json["warnings"] = {1}; });
  expect_named("threads", [](Json& json) { json["threads"] = 1e300; });
  expect_named("device", [](Json& json) { json["options"]["device"] = std::int64_t{1} << 40; });
  expect_named("explained", [](Json& json) { json["components"]["explained"] = {1}; });
  expect_named("explained_by", [](Json& json) { json["components"]["explained_by"] = "luck"; });
  expect_named("places", [](Json& json) { json["components"]["places"] = {0, 2}; });
  expect_named("normalize", [](Json& json) { json["options"]["normalize"] = "h"; });
  expect_named("options", [](Json& json) { json["options"] = 3; });
  expect_named("seed", [](Json& json) { json["options"]["seed"] = -1; });
  expect_named("extrapolation", [](Json& json) { json["options"]["extrapolation"] = 1; });
  expect_named("row_names", [](Json& json) { json["row_names"] = {"only one"}; });
  expect_named("timings", [](Json& json) { json["timings"] = {1}; });
}

TEST_F(SavedRunTest, OptionsOfAnotherRankAreNotTheResults) {
  const Result<float> made = result<float>();
  const auto subject = [&](const auto& call) {
    try {
      call();
    } catch (const InvalidArgument& e) {
      return e.subject();
    }
    ADD_FAILURE() << "nothing was refused";
    return Subject::none;
  };
  Options other = options;
  other.rank = 3;
  EXPECT_EQ(subject([&] { save(run(), made, other); }), Subject::rank);
  EXPECT_EQ(subject([&] { save(run(), AnyResult(), options); }), Subject::W);
  EXPECT_EQ(subject([&] { save("", made, options); }), Subject::output);
  EXPECT_EQ(subject([&] { save(run(), made, options, {.row_names = {"a"}}); }), Subject::names);
  EXPECT_FALSE(fs::exists(run()));

  save(run(), made, options);
  EXPECT_NE(refusal([](Json& json) {
              json["options"]["rank"] = 3;
            }).find("\"rank\" of its options is 3, and H has 2 rows"),
            std::string::npos);
  EXPECT_EQ(load(run()).options.rank, 2);
}

TEST_F(SavedRunTest, ASnapshotDirectoryIsToldOfARunByItsOptionsAndItsResult) {
  const std::vector<float> entries{1, 2, 3, 2, 4, 6, 1, 0, 5, 2, 2, 2};
  const MatrixView<const float> A(entries.data(), 4, 3);
  const SnapshotOptions every{.schedule = {.kind = SnapshotSchedule::Kind::every}, .w_rows = 2};
  const std::string watched = (place / "watched").string();
  Solver solver(A, options);
  const auto directory = SnapshotDirectory::create(watched, snapshot_run(A, options, every));
  solver.stream_to(*directory, every);
  solver.run({}, [&](const LossRecord& check) { directory->add_check(check); });
  directory->end(snapshot_end(solver.result()));

  const SnapshotDirectoryReader reader(watched);
  EXPECT_EQ(reader.run().rows, 4);
  EXPECT_EQ(reader.run().cols, 3);
  EXPECT_EQ(reader.run().rank, 2);
  EXPECT_EQ(reader.run().algorithm, "mu");
  EXPECT_EQ(reader.run().loss, "kl");
  EXPECT_EQ(reader.run().precision, "float32");
  EXPECT_EQ(reader.run().backend, "cpu");
  EXPECT_EQ(reader.run().seed, 7U);
  EXPECT_EQ(reader.run().max_iterations, 12);
  EXPECT_EQ(reader.run().w_rows, (std::vector<Index>{0, 2}));
  EXPECT_EQ(reader.checks().size(), 3U);
  ASSERT_TRUE(reader.end().has_value());
  EXPECT_EQ(reader.end()->stop_reason, "iteration_limit");
  EXPECT_EQ(reader.end()->iterations, 12);
  EXPECT_GT(reader.end()->seconds, 0);
}

}  // namespace
}  // namespace nonneg::test
