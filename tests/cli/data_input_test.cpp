// SPDX-License-Identifier: Apache-2.0
// Sparse files, HDF5, and names of rows and columns, as the command takes them. The files are those
// that tests/data/make_sparse.py writes.
#include <gtest/gtest.h>

#include "cli/command.hpp"
#include "support/test_data.hpp"

namespace nonneg::test {
namespace {

std::string data_file(const std::string& name) { return test_data("sparse/" + name); }

Outcome factorize(const Workplace& place, const std::string& input, Words more = {}) {
  Words words{"factorize", input,     "--rank",           "1", "--out",
              "run",       "--quiet", "--max-iterations", "3"};
  words.insert(words.end(), more.begin(), more.end());
  return run(place, words);
}

std::string numbered_names(int count) {
  std::string lines;
  for (int i = 0; i < count; ++i) lines += "name " + std::to_string(i) + "\n";
  return lines;
}

TEST(DataInput, PlanSaysWhatIsSparse) {
  const Workplace place;
  place.file("A.mtx", "%%MatrixMarket matrix coordinate real general\n3 4 2\n1 2 5\n3 4 6\n");

  const Outcome shown = run(place, {"plan", "A.mtx", "--rank", "1"});
  const Outcome json = run(place, {"plan", "A.mtx", "--rank", "1", "--json"});

  ASSERT_EQ(shown.status, 0) << shown.error;
  EXPECT_NE(shown.out.find("(mtx, sparse, 2 entries)"), std::string::npos) << shown.out;
  const auto input = nlohmann::json::parse(json.out)["input"];
  EXPECT_EQ(input["sparse"], true);
  EXPECT_EQ(input["entries"], 2);
}

TEST(DataInput, OfHdf5IsFoundOrNamedAndItsNamesAreKept) {
  const Workplace place;

  const Outcome outcome = factorize(place, data_file("dense.h5ad"));

  ASSERT_EQ(outcome.status, 0) << outcome.error;
  const auto record = read_json(place.at("run/run.json"));
  EXPECT_EQ(record["input"]["format"], "h5ad");
  EXPECT_EQ(record["input"]["dataset"], "/X");
  EXPECT_EQ(record["input"]["sparse"], false);
  EXPECT_EQ(record["row_names"][2], "cell-\xC3\xA7");
  EXPECT_EQ(record["column_names"], nlohmann::json({"g1", "g2", "g3", "g4", "g5"}));
}

TEST(DataInput, NamesThatAreNoLinesOfUtf8AreWarnedOfAndFoundAgain) {
  const Workplace place;
  std::string header;
  std::string numbers;
  for (int j = 0; j < 1001; ++j) {
    header += ",c" + std::to_string(j);
    numbers += "," + std::to_string(j % 7);
  }
  place.file("A.csv", ",caf\xE9,\"two\nlines\"" + header + "\nr1,1,2" + numbers + "\nr2,3,4" +
                          numbers + "\n");

  const Outcome outcome = run(place, {"factorize", "A.csv", "--rank", "1", "--out", "run"});
  const Outcome again = run(place, {"transform", "A.csv", "--model", "run", "--out", "W.npy"});

  ASSERT_EQ(outcome.status, 0) << outcome.error;
  EXPECT_NE(outcome.error.find("2 names are not one line of UTF-8: caf\uFFFD, two lines;"),
            std::string::npos)
      << outcome.error;
  EXPECT_EQ(again.status, 0) << again.error;
  EXPECT_NE(again.out.find("matched by name"), std::string::npos) << again.out;
}

TEST(DataInput, ColumnsToDropMayHaveCommasInTheirNames) {
  const Workplace place;
  place.file("A.csv", "id,\"a,b\",\"c \"\"d\"\"\",e,f\nx,1,2,3,4\ny,5,6,7,8\n");

  const Outcome refused = factorize(place, "A.csv", {"--drop-columns", "a,b"});
  const Outcome outcome =
      factorize(place, "A.csv", {"--drop-columns", "\"a,b\",e,\"c \"\"d\"\"\""});

  EXPECT_EQ(refused.status, 2);
  EXPECT_NE(refused.error.find("\"a,b\""), std::string::npos) << refused.error;
  ASSERT_EQ(outcome.status, 0) << outcome.error;
  EXPECT_EQ(read_json(place.at("run/run.json"))["column_names"], nlohmann::json({"f"}));
}

TEST(DataInput, EveryCommandThatReadsAMatrixTakesADataSet) {
  const Workplace place;
  const std::string two = data_file("two_data_sets.h5");
  ASSERT_EQ(factorize(place, two, {"--dataset", "/A"}).status, 0);
  EXPECT_EQ(run(place, {"transform", two, "--dataset", "/deeper/B", "--model", "run", "--out",
                        "W.npy", "--quiet"})
                .status,
            0);
  EXPECT_EQ(
      run(place, {"transform", two + ":/deeper/B", "--model", "run", "--out", "V.npy", "--quiet"})
          .status,
      0);
  EXPECT_EQ(read_text(place.at("W.npy")), read_text(place.at("V.npy")));
  const Outcome plan = run(place, {"plan", two + ":/A", "--rank", "1", "--json"});
  ASSERT_EQ(plan.status, 0) << plan.error;
  EXPECT_EQ(nlohmann::json::parse(plan.out)["input"]["dataset"], "/A");
}

TEST(DataInput, NamesThatAreNotReadAreWarnedOf) {
  const Workplace place;
  const std::string path = data_file("names_unread.h5ad");

  const Outcome outcome =
      run(place, {"factorize", path, "--rank", "1", "--out", "run", "--max-iterations", "3"});
  const Outcome plan = run(place, {"plan", path, "--rank", "1"});
  const Outcome transform = run(place, {"transform", path, "--model", "run", "--out", "W.npy"});

  for (const Outcome& each : {outcome, plan, transform}) {
    EXPECT_EQ(each.status, 0) << each.error;
    EXPECT_NE(each.error.find("nonneg: warning: " + path + ":/obs/id: names of rows are neither"),
              std::string::npos)
        << each.error;
  }
}

TEST(DataInput, OfNegativeEntriesIsRefusedWithTheLayersThatHaveNone) {
  const Workplace place;

  const Outcome outcome = factorize(place, data_file("z_scored.h5ad"));

  EXPECT_EQ(outcome.status, 2);
  EXPECT_NE(
      outcome.error.find("is -1: every entry must be >= 0; shift or clip A first; or take what "
                         "of the file has no negative entries: --dataset /layers/counts, "
                         "--dataset /raw/X\n"),
      std::string::npos)
      << outcome.error;
}

TEST(DataInput, OfHdf5IsReadWithoutStandardStreams) {
  const Workplace place;

  const Outcome outcome = run_in_shell(place, "$NONNEG factorize " + data_file("csr.h5ad") +
                                                  " --rank 1 --quiet --out run <&- >&- 2>&-");

  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(read_json(place.at("run/run.json"))["column_names"].size(), 5);
}

TEST(DataInput, NaNThatASparseFileStoresIsMissing) {
  const Workplace place;
  const std::string sparse = "%%MatrixMarket matrix coordinate real general\n2 2 3\n";
  place.file("A.mtx", sparse + "1 1 4\n1 2 2\n2 1 2\n");
  place.file("gap.mtx", sparse + "1 1 4\n1 2 2\n2 2 nan\n");

  const Outcome outcome = factorize(place, "gap.mtx", {"--missing", "nan"});

  ASSERT_EQ(outcome.status, 0) << outcome.error;
  const auto record = read_json(place.at("run/run.json"));
  EXPECT_EQ(record["input"]["sparse"], false);
  EXPECT_NE(factorize(place, "A.mtx", {"--missing", "nan", "--overwrite"}).status, 0);
}

TEST(DataInput, NamesFromFilesTakeThePlaceOfThoseWithin) {
  const Workplace place;
  place.file("A.csv", ",red,green\nfirst,1,2\nsecond,3,4\n");
  place.file("rows.txt", "eins\nzwei\n");

  ASSERT_EQ(factorize(place, "A.csv", {"--row-names", "rows.txt"}).status, 0);

  const auto record = read_json(place.at("run/run.json"));
  EXPECT_EQ(record["row_names"], nlohmann::json({"eins", "zwei"}));
  EXPECT_EQ(record["column_names"], nlohmann::json({"red", "green"}));
}

TEST(DataInput, NamesReachTheSnapshotsAndTheReport) {
  const Workplace place;
  place.file("A.npy", random_npy(3, 4));
  place.file("columns.txt", "gene-a\ngene-b\ngene-c\ngene-d\n");
  const Outcome outcome = factorize(
      place, "A.npy", {"--column-names", "columns.txt", "--snapshots", "snaps", "--no-pictures"});
  ASSERT_EQ(outcome.status, 0) << outcome.error;
  EXPECT_NE(read_text(place.at("snaps/snapshots.jsonl")).find("gene-c"), std::string::npos);
  ASSERT_EQ(run(place, {"render", "snaps", "--format", "svg", "--quiet"}).status, 0);
  EXPECT_NE(read_text(place.at("snaps/report.html")).find("gene-c"), std::string::npos);
}

TEST(DataInput, NamesTooManyForTheRecordGetFilesOfTheirOwn) {
  const Workplace place;
  constexpr int kRows = 1500;
  place.file("A.npy", random_npy(kRows, 2));
  place.file("rows.txt", numbered_names(kRows));
  const Words names{"--row-names", "rows.txt", "--overwrite"};
  ASSERT_EQ(factorize(place, "A.npy", names).status, 0);

  const auto record = read_json(place.at("run/run.json"));
  EXPECT_EQ(record["row_names_file"], "row_names.txt");
  EXPECT_FALSE(record.contains("row_names"));
  EXPECT_FALSE(record.contains("column_names_file"));
  EXPECT_EQ(read_text(place.at("run/row_names.txt")), numbered_names(kRows));
  // Such a run can be replaced, and takes its names along.
  ASSERT_EQ(factorize(place, "A.npy", {"--overwrite"}).status, 0);
  EXPECT_FALSE(std::filesystem::exists(place.at("run/row_names.txt")));
}

/// A matrix that cannot be used: the words that must be said, and with which status.
struct BadData {
  std::string name;
  std::string input;
  Words options;
  int status;
  Words said;
};

const std::string kBanner = "%%MatrixMarket matrix coordinate real general\n";

std::vector<BadData> bad_data() {
  return {
      {"MtxIndexOutside", kBanner + "2 2 2\n1 1 1\n3 1 1\n", {}, 2, {"line 4", "row 3", "1 ... 2"}},
      {"MtxFewerThanPromised",
       kBanner + "2 2 3\n1 1 1.0\n2 2 1.0\n",
       {},
       2,
       {"line 2 promises 3", "2 are there"}},
      {"MtxMoreThanPromised", kBanner + "2 2 1\n1 1 1\n2 2 1\n", {}, 2, {"line 4", "line 2"}},
      {"MtxPromisesTheWorld",
       kBanner + "9 9 99999999999\n1 1 1\n",
       {},
       2,
       {"line 2", "99999999999", "at most"}},
      {"MtxTooManyColumns", kBanner + "1 2147483648 0\n", {}, 2, {"2147483647 columns"}},
      {"NpzIndexOutside", "broken_index_outside.npz", {}, 2, {"columns[1] is 3"}},
      {"NpzOffsets", "broken_offsets_descend.npz", {}, 2, {"offsets[2] is 2", "ascend"}},
      {"NpzLengths", "broken_values_too_few.npz", {}, 2, {"2 indices, but 1 values"}},
      {"NpzDamaged", "damaged_values.npz", {}, 6, {"data.npy", "cannot read"}},
      {"NpzSeveral", "two_arrays.npz", {}, 2, {"--dataset NAME", "A, B"}},
      {"Hdf5WithoutMatrix", "no_matrix.h5", {}, 2, {"holds no matrix", "/matrix"}},
      {"Hdf5WithoutThatMatrix",
       "csr.h5ad",
       {"--dataset", "/raw/X"},
       2,
       {"/raw/X is not in it", "/X"}},
      {"Hdf5Several", "two_data_sets.h5", {}, 2, {"--dataset PATH", "/A, /deeper/B"}},
      {"Hdf5CutShort", "cut_short_cell_ranger.h5", {}, 6, {"truncated file"}},
      {"Hdf5IndexOutside", "broken_index.h5", {}, 2, {":/matrix", "rows[4] is 99"}},
      {"Hdf5Shape", "broken_shape.h5", {}, 2, {":/matrix", "9 columns: there must be 10"}},
      {"Hdf5Names", "broken_obs.h5ad", {}, 2, {"4 rows", "/obs/_index has 3 names"}},
      {"DatasetOfAText", kBanner + "1 1 1\n1 1 1\n", {"--dataset", "/X"}, 2, {"A.mtx", "/X"}},
      {"RowNames", "dense.npz", {"--row-names", "names.txt"}, 2, {"2 names", "4 rows"}},
      {"ColumnNames", "dense.npz", {"--column-names", "names.txt"}, 2, {"2 names", "5 columns"}},
      {"NamesMissing", "dense.npz", {"--row-names", "none.txt"}, 6, {"none.txt", "cannot open"}},
  };
}

class BadDataInput : public testing::TestWithParam<BadData> {};

TEST_P(BadDataInput, IsNamedWithItsPlaceAndLeavesNothingBehind) {
  const BadData& bad = GetParam();
  const Workplace place;
  place.file("names.txt", "one\ntwo\n");
  const bool text = bad.input.starts_with("%%");
  if (text) place.file("A.mtx", bad.input);

  const Outcome outcome = factorize(place, text ? "A.mtx" : data_file(bad.input), bad.options);

  EXPECT_EQ(outcome.status, bad.status);
  EXPECT_EQ(outcome.out, "");
  EXPECT_TRUE(outcome.error.starts_with("nonneg: ")) << outcome.error;
  EXPECT_EQ(outcome.error.find('\n'), outcome.error.size() - 1) << outcome.error;
  for (const std::string& word : bad.said) {
    EXPECT_NE(outcome.error.find(word), std::string::npos)
        << "'" << word << "' is not in: " << outcome.error;
  }
  EXPECT_FALSE(std::filesystem::exists(place.at("run")));
}

INSTANTIATE_TEST_SUITE_P(Command, BadDataInput, testing::ValuesIn(bad_data()),
                         [](const auto& bad) { return bad.param.name; });

}  // namespace
}  // namespace nonneg::test
