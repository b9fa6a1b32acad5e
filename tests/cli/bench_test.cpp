// SPDX-License-Identifier: Apache-2.0
// `nonneg bench`: the CPU's half and the modelled half, where there is no GPU; and how a GPU's half
// reads.
#include <gtest/gtest.h>

#include <sstream>

#include "cli/bench/comparison_text.hpp"
#include "cli/command.hpp"

namespace nonneg::test {
namespace {

using nlohmann::json;

/// Every line in 80 columns, without what a terminal would take for an order.
void expect_plain_table(const std::string& text) {
  EXPECT_EQ(text.find('\033'), std::string::npos);
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80U) << line;
}

TEST(Bench, ComparesRanksOnAMatrixThatItMakesAndModelsTheGpuThatIsNotThere) {
  const Workplace place;
  const Outcome outcome = run(place, {"bench", "--size", "300,40", "--rank", "3,5", "--repeats",
                                      "2", "--seed", "7", "--out", "bench.json"});
  ASSERT_EQ(outcome.status, 0) << outcome.error;
  EXPECT_EQ(outcome.error, "");
  expect_plain_table(outcome.out);
  for (const char* part :
       {"A is 300 x 40 float32: planted, of rank 20, with noise, seed 7",
        "gpu       none: ", "modelled  H200 SXM, from its data sheet; no measurement",
        "    3  cpu ", "    5  modelled ", "1.01 times that of 50 sweeps on the cpu"}) {
    EXPECT_NE(outcome.out.find(part), std::string::npos) << part << "\n" << outcome.out;
  }
  const json record = read_json(place.at("bench.json"));
  EXPECT_EQ(record.at("command"), "bench");
  EXPECT_EQ(record.at("rows"), 300);
  EXPECT_EQ(record.at("algorithm"), "hals");
  EXPECT_EQ(record.at("gpu"), nullptr);
  EXPECT_NE(record.at("no_gpu_reason"), nullptr);
  ASSERT_EQ(record.at("ranks").size(), 2U);
  for (const json& rank : record.at("ranks")) {
    const json& cpu = rank.at("cpu");
    EXPECT_EQ(cpu.at("sweep_seconds").size(), 2U);
    EXPECT_GT(cpu.at("median_sweep_seconds"), 0);
    EXPECT_GT(cpu.at("product_flops_per_second"), 0);
    EXPECT_GT(cpu.at("memory_bytes_per_second"), 0);
    EXPECT_GT(cpu.at("of_limit"), 0);
    EXPECT_EQ(cpu.at("error_reached"), true);
    EXPECT_LE(cpu.at("error_sweeps"), 50);
    EXPECT_EQ(rank.at("gpu"), nullptr);
    EXPECT_GT(rank.at("modelled").at("seconds_at_peaks"), 0);
    EXPECT_GT(rank.at("modelled").at("seconds_at_part_of_peaks"),
              rank.at("modelled").at("seconds_at_peaks"));
  }
}

TEST(Bench, TakesAFileALossAndAnErrorAndPrintsOneJsonObject) {
  const Workplace place;
  place.file("A.npy", random_npy(60, 12));
  const Outcome outcome = run(
      place, {"bench", "A.npy", "-k", "2", "--loss", "kl", "--error", "0.0001", "--max-iterations",
              "10", "--repeats", "1", "--card", "a100", "--json", "--threads", "1"});
  ASSERT_EQ(outcome.status, 0) << outcome.error;
  const json record = json::parse(outcome.out);
  EXPECT_EQ(record.at("beta"), 1);
  EXPECT_EQ(record.at("threads"), 1);
  EXPECT_EQ(record.at("modelled_card"), "A100 80GB SXM");
  EXPECT_EQ(record.at("error_reference"), nullptr);
  const json& cpu = record.at("ranks").at(0).at("cpu");
  EXPECT_EQ(cpu.at("error_reached"), false);
  EXPECT_EQ(cpu.at("error_seconds"), nullptr);
  EXPECT_GT(cpu.at("least_error"), 0.0001);
}

TEST(Bench, SaysWhatTheModelDoesNotKnowAndModelsNothing) {
  const Workplace place;
  place.file("S.mtx",
             "%%MatrixMarket matrix coordinate real general\n4 5 3\n1 1 1\n3 2 1\n3 5 2\n");
  const Outcome sparse = run(place, {"bench", "S.mtx", "--rank", "1", "--repeats", "1"});
  ASSERT_EQ(sparse.status, 0) << sparse.error;
  EXPECT_NE(sparse.out.find("modelled  nothing: the model does not know sparse data"),
            std::string::npos)
      << sparse.out;
  const Outcome cpu =
      run(place, {"bench", "S.mtx", "--rank", "1", "--repeats", "1", "--backend", "cpu", "--json"});
  ASSERT_EQ(cpu.status, 0) << cpu.error;
  const json record = json::parse(cpu.out);
  EXPECT_EQ(record.at("no_gpu_reason"), nullptr);
  EXPECT_EQ(record.at("not_modelled"), nullptr);
}

TEST(Bench, OfTf32HasItOnTheGpuAlone) {
  const Outcome outcome = run(Workplace(), {"bench", "--size", "60,10", "--rank", "1", "--repeats",
                                            "1", "--precision", "tf32"});
  ASSERT_EQ(outcome.status, 0) << outcome.error;
  EXPECT_NE(outcome.out.find("hals, frobenius, tf32 (on the cpu float32)\n"), std::string::npos)
      << outcome.out;
}

struct BadBench {
  std::string name;
  Words options;
  int status;
  Words said;
};

class BadBenchCall : public testing::TestWithParam<BadBench> {};

TEST_P(BadBenchCall, IsRefusedBeforeAnythingIsMeasured) {
  const Workplace place;
  place.file("A.npy", random_npy(6, 4));
  place.file("there.json", "{}");
  Words words{"bench"};
  words.insert(words.end(), GetParam().options.begin(), GetParam().options.end());
  const Outcome outcome = run(place, words);
  EXPECT_EQ(outcome.status, GetParam().status);
  EXPECT_EQ(outcome.out, "");
  for (const std::string& part : GetParam().said) {
    EXPECT_NE(outcome.error.find(part), std::string::npos) << part << "\n" << outcome.error;
  }
  EXPECT_EQ(read_text(place.at("there.json")), "{}");
}

INSTANTIATE_TEST_SUITE_P(
    Command, BadBenchCall,
    testing::Values(
        BadBench{"NoInput", {"--rank", "2"}, 2, {"INPUT is missing", "--size M,N"}},
        BadBench{"InputAndSize",
                 {"A.npy", "--size", "10,10", "--rank", "2"},
                 2,
                 {"A.npy and --size", "use one of them"}},
        BadBench{"NoRank", {"A.npy"}, 2, {"--rank is missing"}},
        BadBench{"RankZero", {"A.npy", "--rank", "4,0"}, 2, {"--rank 0", "at least 1"}},
        BadBench{"RankNoNumber", {"A.npy", "--rank", "4,x"}, 2, {"--rank x", "whole number"}},
        BadBench{
            "RankTwice", {"A.npy", "--rank", "4,2,4"}, 2, {"--rank 4,2,4", "4 is there twice"}},
        BadBench{"SizeNoPair",
                 {"--size", "100", "--rank", "2"},
                 2,
                 {"--size 100", "such as 20000,2000"}},
        BadBench{"SizeZero", {"--size", "0,5", "--rank", "2"}, 2, {"--size 0,5", "at least 1"}},
        BadBench{"SizeWithWeights",
                 {"--size", "6,4", "--rank", "2", "--weights", "A.npy"},
                 2,
                 {"--size", "no --weights or --mask"}},
        BadBench{"Repeats", {"A.npy", "--rank", "2", "--repeats", "0"}, 2, {"--repeats 0"}},
        BadBench{"Error", {"A.npy", "--rank", "2", "--error", "-1"}, 2, {"--error -1", "above 0"}},
        BadBench{"Iterations",
                 {"A.npy", "--rank", "2", "--max-iterations", "0"},
                 2,
                 {"--max-iterations 0", "at least 1"}},
        BadBench{"Card",
                 {"A.npy", "--rank", "2", "--card", "h20"},
                 2,
                 {"--card h20", "did you mean h200?"}},
        BadBench{"Algorithm",
                 {"A.npy", "--rank", "2", "--algorithm", "hals", "--loss", "kl"},
                 2,
                 {"A.npy", "hals"}},
        BadBench{"OutIsThere",
                 {"A.npy", "--rank", "2", "--out", "there.json"},
                 2,
                 {"--out there.json: exists already", "--overwrite"}},
        BadBench{"OutIsTheInput",
                 {"A.npy", "--rank", "2", "--out", "A.npy", "--overwrite"},
                 2,
                 {"A.npy"}},
        BadBench{"NoDevice",
                 {"A.npy", "--rank", "2", "--backend", "cuda"},
                 3,
                 {"--backend cuda", "use --backend cpu"}}),
    [](const auto& call) { return call.param.name; });

/// A rank timed on both, with times that a reader can check.
cli::Comparison timed() {
  cli::Comparison comparison;
  comparison.threads = 2;
  comparison.gpu = "cuda:0, NVIDIA H200";
  comparison.has_gpu = true;
  comparison.error_reference = "cpu";
  cli::Measured cpu;
  cpu.sweep_seconds = {0.010, 0.012, 0.5};
  cpu.start_seconds = 0.25;
  cpu.rates = MeasuredRates{BackendKind::cpu, 2, 2e11, 1.5e10};
  cpu.product_seconds = 0.006;
  cpu.memory_seconds = 0.003;
  cpu.reached = cli::ReachedError{1.5, 45};
  cli::Measured gpu = cpu;
  gpu.sweep_seconds = {0.0006, 0.0006, 0.0007};
  gpu.rates = MeasuredRates{BackendKind::cuda, 2, 4e13, 4.2e12};
  gpu.product_seconds = 0.0001;
  gpu.memory_seconds = 0.0003;
  gpu.reached = cli::ReachedError{0.05, 45};
  comparison.ranks.push_back(
      {.rank = 32, .error = 0.125, .reference_sweeps = 50, .cpu = cpu, .gpu = gpu, .modelled = {}});
  return comparison;
}

TEST(BenchTable, HasBothTimesTheirLimitsAndHowManyTimesFasterTheGpuIs) {
  const std::string text = cli::comparison_text(timed(), "A processor");
  expect_plain_table(text);
  for (const char* part :
       {"cpu       A processor, 2 threads", "gpu       cuda:0, NVIDIA H200",
        "   32  cpu           200 GFLOP/s     15.0 GB/s read",
        "   32  gpu            40 TFLOP/s     4.20 TB/s copied",
        // 12 ms, half of which is the products' limit.
        "   32  cpu           12.00    10.00-500.0      0.50 products",
        "   32  gpu           0.600    0.600-0.700      0.50 memory       0.250     20.00",
        ": 1.01 times that of 50 sweeps on the cpu\n",
        "   32  gpu         0.125000      0.050      45     30.00"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
}

TEST(BenchTable, OfAnEmulatedDeviceHasCountsAndNoTimes) {
  cli::Comparison comparison = timed();
  comparison.emulated = true;
  cli::Measured& gpu = *comparison.ranks.front().gpu;
  gpu.sweep_seconds.clear();
  gpu.rates.reset();
  gpu.work = cli::DeviceWork{13, 8, 4096};
  const std::string text = cli::comparison_text(comparison, "");
  expect_plain_table(text);
  for (const char* part :
       {"emulated: counts, no times",
        "   32  emulated          -  13 kernels, 8 products, 4.10 kB over the bus",
        "   32  emulated    0.125000          -      45\n"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
  const auto record = cli::comparison_json(comparison, "");
  EXPECT_EQ(record.at("gpu_figures"), "emulated: counts, no times");
  const auto& figures = record.at("ranks").at(0).at("gpu");
  EXPECT_EQ(figures.at("median_sweep_seconds"), nullptr);
  EXPECT_EQ(figures.at("start_seconds"), nullptr);
  EXPECT_EQ(figures.at("error_seconds"), nullptr);
  EXPECT_EQ(figures.at("error_sweeps"), 45);
  EXPECT_EQ(figures.at("kernels_per_sweep"), 13);
}

TEST(BenchTable, NamesTheSweepsOfTheReferenceOfEachRank) {
  cli::Comparison comparison = timed();
  comparison.ranks.push_back(comparison.ranks.front());
  comparison.ranks.back().reference_sweeps = 20;
  EXPECT_NE(cli::comparison_text(comparison, "").find("that of 20 to 50 sweeps on the cpu\n"),
            std::string::npos);
  EXPECT_EQ(cli::comparison_json(comparison, "").at("ranks").at(1).at("error_reference_sweeps"),
            20);
}

TEST(BenchTable, SaysOfAnErrorThatWasNotReachedWhatWas) {
  cli::Comparison comparison = timed();
  comparison.ranks.front().gpu->reached.reset();
  comparison.ranks.front().gpu->least_error = 0.25;
  comparison.ranks.front().gpu->sweeps = 200;
  const std::string text = cli::comparison_text(comparison, "");
  EXPECT_NE(text.find("not reached: 0.250000 after 200 sweeps"), std::string::npos) << text;
}

}  // namespace
}  // namespace nonneg::test
