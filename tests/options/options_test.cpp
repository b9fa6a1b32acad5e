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
    std::string field;
    std::string value;
    std::string allowed;
  };
  const double nan = std::nan("");
  const double inf = std::numeric_limits<double>::infinity();
  const std::vector<Case> cases = {
      {[](Options& o) { o.rank = -4; }, "rank", "-4", "1"},
      {[](Options& o) { o.max_iterations = -1; }, "max_iterations", "-1", "0"},
      {[](Options& o) { o.max_iterations = -7; }, "max_iterations", "-7", "0"},
      {[](Options& o) { o.check_every = 0; }, "check_every", "0", "1"},
      {[](Options& o) { o.inner_repeats = -2; }, "inner_repeats", "-2", "0"},
      {[](Options& o) { o.panel_rows = -3; }, "panel_rows", "-3", "0"},
      {[](Options& o) { o.threads = -5; }, "threads", "-5", "0"},
      {[](Options& o) { o.tolerance = -0.5; }, "tolerance", "-0.5", "0"},
      {[nan](Options& o) { o.tolerance = nan; }, "tolerance", "NaN", "0"},
      {[inf](Options& o) { o.tolerance = inf; }, "tolerance", "infinite", "0"},
      {[](Options& o) { o.floor = -0.25; }, "floor", "-0.25", "0"},
      {[nan](Options& o) { o.floor = nan; }, "floor", "NaN", "0"},
      {[inf](Options& o) { o.floor = inf; }, "floor", "infinite", "0"},
      {[](Options& o) { o.penalties.l1_w = -0.75; }, "l1_w", "-0.75", "0"},
      {[](Options& o) { o.penalties.l1_h = -0.75; }, "l1_h", "-0.75", "0"},
      {[](Options& o) { o.penalties.l2_w = -0.75; }, "l2_w", "-0.75", "0"},
      {[](Options& o) { o.penalties.l2_h = -0.75; }, "l2_h", "-0.75", "0"},
      {[nan](Options& o) { o.penalties.l2_h = nan; }, "l2_h", "NaN", "0"},
      {[inf](Options& o) { o.penalties.l1_w = inf; }, "l1_w", "infinite", "0"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.field);
    SCOPED_TRACE(c.value);
    Options options = valid();
    c.spoil(options);
    const std::string message = message_of<InvalidArgument>([&] { validate(options); });
    EXPECT_TRUE(mentions(message, c.field));
    EXPECT_TRUE(mentions(message, c.value));
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
  EXPECT_EQ(to_string(Precision::automatic), "auto");
  EXPECT_EQ(to_string(Precision::float32), "float32");
  EXPECT_EQ(to_string(Precision::float64), "float64");
  EXPECT_EQ(to_string(BackendKind::automatic), "auto");
  EXPECT_EQ(to_string(BackendKind::cpu), "cpu");
  EXPECT_EQ(to_string(BackendKind::cuda), "cuda");
}

}  // namespace
}  // namespace nonneg::test
