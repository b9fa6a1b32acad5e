// SPDX-License-Identifier: Apache-2.0
// A model that may be damaged: its files are named, and what is wrong with them.
#include "records/model.hpp"

#include <fstream>
#include <limits>

#include "directory_fixture.hpp"
#include "nonneg/error.hpp"
#include "records/factor_file.hpp"

namespace nonneg::records {
namespace {

/// A run directory with H = 2 x 3 and W = 5 x 2.
struct ModelTest : test::SnapshotDirectoryTest {
  ModelTest() {
    std::filesystem::create_directory(path());
    write_factors(1.0);
    write(R"({"options": {"algorithm": "mu", "beta": 1, "missing": "zeros", "l1_w": 0.5},
              "shape": {"rows": 5, "columns": 3, "rank": 2}, "column_names": ["a", "b", "c"],
              "unobserved_rows": [4, 1]})");
  }

  void write(const std::string& text) const { std::ofstream(file("run.json")) << text; }
  void write_factors(double last) const {
    Matrix<double> W(5, 2);
    Matrix<double> H(2, 3);
    std::fill_n(W.data(), 10, 1.0);
    std::fill_n(H.data(), 6, 1.0);
    W(4, 1) = last;
    H(1, 2) = last;
    write_npy(file("W.npy"), W.view());
    write_npy(file("H.npy"), H.view());
  }
  /// What is said of the model, and of its W and unobserved rows.
  std::string refusal() const {
    try {
      const Model model = open_model(path());
      open_w(model);
      unobserved_of(model, 5, 3);
    } catch (const Error& e) {
      return e.what();
    }
    return "";
  }
  void expect_refusal(const std::string& words) const {
    const std::string said = refusal();
    EXPECT_NE(said.find(words), std::string::npos) << said;
    EXPECT_TRUE(said.starts_with(path())) << said;
  }
};

TEST_F(ModelTest, HasWhatTheRunDid) {
  const Model model = open_model(path());
  EXPECT_EQ(model.column_names, (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(model.options.algorithm, Algorithm::mu);
  EXPECT_EQ(model.options.beta, 1);
  EXPECT_EQ(model.options.missing, Missing::zeros);
  EXPECT_EQ(model.options.l1_w, 0.5);
  EXPECT_EQ(model.options.l2_w, std::nullopt);
  EXPECT_EQ(open_w(model).view().rows(), 5);
  EXPECT_EQ(unobserved_of(model, 5, 3).rows, (std::vector<Index>{1, 4}));
}

TEST_F(ModelTest, FactorsAloneAreAModelToo) {
  std::filesystem::remove(file("run.json"));
  const Model model = open_model(path());
  EXPECT_TRUE(model.column_names.empty());
  EXPECT_EQ(model.options.beta, std::nullopt);
  EXPECT_TRUE(unobserved_of(model, 5, 3).rows.empty());
}

TEST_F(ModelTest, ManyNamesAreInAFile) {
  write(R"({"options": {}, "column_names_file": "column_names.txt"})");
  std::ofstream(file("column_names.txt")) << "x\ny\nz\n";
  EXPECT_EQ(open_model(path()).column_names, (std::vector<std::string>{"x", "y", "z"}));
  write(R"({"options": {}, "column_names_file": "../column_names.txt"})");
  expect_refusal("\"column_names_file\" is");
}

TEST_F(ModelTest, ARecordOfAnotherKindIsRefusedByItsField) {
  const auto expect_said = [this](const std::string& text, const std::string& words) {
    SCOPED_TRACE(text);
    write(text);
    expect_refusal(words);
  };
  expect_said(std::string(100000, '[') + std::string(100000, ']'), "is no record of a run");
  expect_said("[1, 2]", "is no record of a run");
  expect_said(R"({"options": 3})", "no object \"options\"");
  expect_said(R"({"options": {"beta": "two"}})", "\"beta\" is no number");
  expect_said(R"({"options": {"algorithm": "fast"}})", "\"algorithm\" is \"fast\"");
  expect_said(R"({"options": {"missing": 7}})", "\"missing\" is 7");
  expect_said(R"({"options": {"l1_w": -1}})", "\"l1_w\" is -1");
  expect_said(R"({"options": {}, "column_names": ["a", 2, "c"]})", "no list of texts");
  expect_said(R"({"options": {}, "column_names": ["a"]})", "has 1 column names, but H has 3");
  expect_said(R"({"options": {}, "unobserved_rows": 3})", "no list of indices");
  expect_said(R"({"options": {}, "unobserved_rows": [5]})", "which is no index below 5");
  expect_said(R"({"options": {}, "shape": {"rank": 3, "columns": 3}})", "H.npy: is 2 x 3, but");
  expect_said(R"({"options": {}, "shape": {"rank": 2, "columns": 3, "rows": 6}})",
              "W.npy: is 5 x 2, but");
  expect_said(R"({"options": {}, "shape": {"rank": "two"}})", "\"rank\" is no count");
}

TEST_F(ModelTest, ADirectoryInPlaceOfTheRecordIsNamed) {
  std::filesystem::remove(file("run.json"));
  std::filesystem::create_directory(file("run.json"));
  expect_refusal("run.json: cannot read: Is a directory");
}

TEST_F(ModelTest, EntriesThatNoFactorHasAreNamedByFileAndPlace) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  for (const auto& [value, word] :
       {std::pair(nan, "NaN"), std::pair(infinity, "infinite"), std::pair(-0.5, "-0.5")}) {
    write_factors(value);
    const Model model = open_model(path());
    const auto said = [](const auto& read) {
      try {
        read();
      } catch (const InvalidArgument& e) {
        return std::string(e.what());
      }
      return std::string();
    };
    EXPECT_TRUE(said([&] {
                  read_factor<float>(model.H);
                }).starts_with(file("H.npy") + ": entry (1, 2) is " + word + ":"));
    // Of chosen rows, the file's own row.
    EXPECT_TRUE(said([&] {
                  read_factor<double>(open_w(model), {0, 4});
                }).starts_with(file("W.npy") + ": entry (4, 1) is " + word + ":"));
    EXPECT_EQ(said([&] { read_factor<double>(open_w(model), {0, 3}); }), "");
  }
}

}  // namespace
}  // namespace nonneg::records
