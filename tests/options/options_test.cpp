// SPDX-License-Identifier: Apache-2.0
// validate(), resolve() and the names of options.
#include "nonneg/options.hpp"

#include <functional>

#include "options/resolve.hpp"
#include "support/solver_cases.hpp"

namespace nonneg::test {
namespace {

Options valid() {
  Options options;
  options.rank = 3;
  return options;
}

TEST(OptionsTest, DefaultsNeedARankOnly) {
  EXPECT_TRUE(mentions(message_of<InvalidArgument>([] { validate(Options{}); }), "rank = 0"));
  EXPECT_NO_THROW(validate(valid()));
}

TEST(OptionsTest, EveryBadFieldIsNamedWithItsValueAndWhatIsAllowed) {
  struct Case {
    std::function<void(Options&)> spoil;
    Subject field;
    std::string value;
    std::string allowed;
  };
  const double nan = std::nan("");
  const double inf = std::numeric_limits<double>::infinity();
  const std::vector<Case> cases = {
      {[](Options& o) { o.rank = -4; }, Subject::rank, "-4", "at least 1"},
      {[](Options& o) { o.rank = Index{9} << 59; }, Subject::rank, "5188146770730811392",
       "at most"},
      {[](Options& o) { o.max_iterations = -1; }, Subject::max_iterations, "-1", "at least 0"},
      {[](Options& o) { o.max_iterations = -7; }, Subject::max_iterations, "-7", "at least 0"},
      {[](Options& o) { o.check_every = 0; }, Subject::check_every, "0", "at least 1"},
      {[](Options& o) { o.inner_repeats = -2; }, Subject::inner_repeats, "-2", "at least 0"},
      {[](Options& o) { o.panel_rows = -3; }, Subject::panel_rows, "-3", "at least 0"},
      {[](Options& o) { o.threads = -5; }, Subject::threads, "-5", "at least 0"},
      {[](Options& o) { o.tolerance = -0.5; }, Subject::tolerance, "-0.5", ">= 0"},
      {[nan](Options& o) { o.tolerance = nan; }, Subject::tolerance, "NaN", ">= 0"},
      {[inf](Options& o) { o.tolerance = inf; }, Subject::tolerance, "infinite", ">= 0"},
      {[](Options& o) { o.floor = -0.25; }, Subject::floor, "-0.25", ">= 0"},
      {[nan](Options& o) { o.floor = nan; }, Subject::floor, "NaN", ">= 0"},
      {[inf](Options& o) { o.floor = inf; }, Subject::floor, "infinite", ">= 0"},
      {[](Options& o) { o.penalties.l1_w = -0.75; }, Subject::l1_w, "-0.75", ">= 0"},
      {[](Options& o) { o.penalties.l1_h = -0.75; }, Subject::l1_h, "-0.75", ">= 0"},
      {[](Options& o) { o.penalties.l2_w = -0.75; }, Subject::l2_w, "-0.75", ">= 0"},
      {[](Options& o) { o.penalties.l2_h = -0.75; }, Subject::l2_h, "-0.75", ">= 0"},
      {[nan](Options& o) { o.penalties.l2_h = nan; }, Subject::l2_h, "NaN", ">= 0"},
      {[inf](Options& o) { o.penalties.l1_w = inf; }, Subject::l1_w, "infinite", ">= 0"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(to_string(c.field));
    SCOPED_TRACE(c.value);
    Options options = valid();
    c.spoil(options);
    const std::string message = message_of<InvalidArgument>([&] { validate(options); });
    EXPECT_EQ(subject_of([&] { validate(options); }), c.field);
    EXPECT_TRUE(message.starts_with(std::string(to_string(c.field)) + " = " + c.value + ":"))
        << message;
    EXPECT_TRUE(mentions(message, c.allowed));
  }
}

TEST(OptionsTest, AnlsRefusesWhatExactUpdatesHaveNoUseFor) {
  Options options = valid();
  options.algorithm = Algorithm::anls;
  options.inner_repeats = 1;
  options.extrapolation = false;
  EXPECT_NO_THROW(validate(options));
  options.inner_repeats = 3;
  const auto refused = [&] { return message_of<InvalidArgument>([&] { validate(options); }); };
  EXPECT_TRUE(mentions(refused(), "inner_repeats = 3"));
  EXPECT_TRUE(mentions(refused(), "use 1, or 0"));
  options.inner_repeats = 0;
  options.extrapolation = true;
  EXPECT_TRUE(mentions(refused(), "extrapolation = on"));
  EXPECT_TRUE(mentions(refused(), "anls"));
  options.extrapolation.reset();
  EXPECT_NO_THROW(validate(options));
  EXPECT_FALSE(extrapolates(options));
}

TEST(OptionsTest, TheEndsOfTheRangesAreAllowed) {
  Options options = valid();
  options.rank = 1;
  options.max_iterations = 0;
  options.check_every = 1;
  options.inner_repeats = 0;
  options.panel_rows = 0;
  options.threads = 0;
  options.tolerance = 0;
  options.floor = 0;
  EXPECT_NO_THROW(validate(options));
  options.rank = Index{1} << 40;
  options.max_iterations = std::numeric_limits<Index>::max();
  options.check_every = std::numeric_limits<Index>::max();
  options.tolerance = 1e300;
  EXPECT_NO_THROW(validate(options));
}

TEST(OptionsTest, AutomaticPrecisionIsFloat64ForFloat64Only) {
  for (const ElementType type :
       {ElementType::uint8, ElementType::int8, ElementType::uint16, ElementType::int16,
        ElementType::uint32, ElementType::int32, ElementType::uint64, ElementType::int64,
        ElementType::float16, ElementType::float32}) {
    EXPECT_EQ(resolve(Precision::automatic, type), Precision::float32) << element_name(type);
    EXPECT_EQ(resolve(Precision::float64, type), Precision::float64);
  }
  EXPECT_EQ(resolve(Precision::automatic, ElementType::float64), Precision::float64);
  EXPECT_EQ(resolve(Precision::float32, ElementType::float64), Precision::float32);
}

TEST(OptionsTest, OtherLossesRefuseWhatOnlyTheFrobeniusLossHas) {
  const Matrix<double> A = to_matrix<double>(random_matrix(6, 5, 1));
  const auto message = [&](const std::function<void(Options&)>& change) {
    Options options = valid();
    options.beta = kKullbackLeibler;
    change(options);
    return message_of<InvalidArgument>([&] { resolve(options, A.view()); });
  };
  EXPECT_TRUE(mentions(message([](Options& o) { o.extrapolation = true; }), "extrapolation = on"));
  EXPECT_TRUE(mentions(message([](Options& o) { o.inner_repeats = 2; }), "inner_repeats = 2"));
  EXPECT_TRUE(mentions(message([](Options& o) { o.precision = Precision::tf32; }), "tf32"));
  EXPECT_TRUE(mentions(message([](Options& o) { o.beta = std::nan(""); }), "beta = NaN"));
}

TEST(OptionsTest, ALossByItsNameIsItsBeta) {
  const Matrix<double> A = to_matrix<double>(random_matrix(6, 5, 1));
  const auto beta = [&](std::optional<Loss> loss, double given) {
    Options options = valid();
    options.loss = loss;
    options.beta = given;
    return resolve(options, A.view()).beta;
  };
  EXPECT_EQ(beta({}, 0.5), 0.5);
  EXPECT_EQ(beta(Loss::frobenius, kFrobenius), kFrobenius);
  EXPECT_EQ(beta(Loss::kullback_leibler, kFrobenius), kKullbackLeibler);
  EXPECT_EQ(beta(Loss::itakura_saito, kItakuraSaito), kItakuraSaito);
}

TEST(OptionsTest, ALossAndABetaThatContradictEachOtherAreRefused) {
  Options options = valid();
  options.loss = Loss::kullback_leibler;
  options.beta = 0.5;
  EXPECT_EQ(subject_of([&] { validate(options); }), Subject::loss);
  const std::string message = message_of<InvalidArgument>([&] { beta_of(options); });
  EXPECT_TRUE(mentions(message, "loss = kl"));
  EXPECT_TRUE(mentions(message, "beta = 0.5"));
}

TEST(OptionsTest, NamesAreThoseOfTheCommand) {
  EXPECT_EQ(to_string(Algorithm::hals), "hals");
  EXPECT_EQ(to_string(Algorithm::mu), "mu");
  EXPECT_EQ(to_string(Algorithm::anls), "anls");
  EXPECT_EQ(to_string(Algorithm::automatic), "auto");
  EXPECT_EQ(loss_name(kFrobenius), "frobenius");
  EXPECT_EQ(loss_name(kKullbackLeibler), "kl");
  EXPECT_EQ(loss_name(kItakuraSaito), "is");
  EXPECT_EQ(loss_name(0.5), "beta");
  EXPECT_EQ(to_string(Missing::nan), "nan");
  EXPECT_EQ(to_string(Init::random), "random");
  EXPECT_EQ(to_string(Init::custom), "custom");
  EXPECT_EQ(to_string(Init::nndsvd), "nndsvd");
  EXPECT_EQ(to_string(Init::nndsvda), "nndsvda");
  EXPECT_EQ(to_string(Init::nndsvdar), "nndsvdar");
  EXPECT_EQ(to_string(Precision::automatic), "auto");
  EXPECT_EQ(to_string(Precision::float32), "float32");
  EXPECT_EQ(to_string(Precision::float64), "float64");
  EXPECT_EQ(to_string(BackendKind::automatic), "auto");
  EXPECT_EQ(to_string(BackendKind::cpu), "cpu");
  EXPECT_EQ(to_string(BackendKind::cuda), "cuda");
}

TEST(OptionsTest, WhatIsNoValueOfAnEnumerationIsRefusedByItsField) {
  const auto refused = [](const auto& spoil) {
    Options options = valid();
    spoil(options);
    const auto call = [&] { validate(options); };
    EXPECT_TRUE(mentions(message_of<InvalidArgument>(call), "= 77: is no value"));
    return subject_of(call);
  };
  EXPECT_EQ(refused([](Options& o) { o.algorithm = static_cast<Algorithm>(77); }),
            Subject::algorithm);
  EXPECT_EQ(refused([](Options& o) { o.loss = static_cast<Loss>(77); }), Subject::loss);
  EXPECT_EQ(refused([](Options& o) { o.missing = static_cast<Missing>(77); }), Subject::missing);
  EXPECT_EQ(refused([](Options& o) { o.init = static_cast<Init>(77); }), Subject::init);
  EXPECT_EQ(refused([](Options& o) { o.precision = static_cast<Precision>(77); }),
            Subject::precision);
  EXPECT_EQ(refused([](Options& o) { o.backend = static_cast<BackendKind>(77); }),
            Subject::backend);
  SnapshotOptions snapshots;
  snapshots.schedule.kind = static_cast<SnapshotSchedule::Kind>(77);
  EXPECT_EQ(subject_of([&] { validate(snapshots); }), Subject::snapshots);
  const float entry = 1;
  EXPECT_THROW(DataView(&entry, static_cast<ElementType>(77), 1, 1, 1, 1), InvalidArgument);
}

}  // namespace
}  // namespace nonneg::test
