// SPDX-License-Identifier: Apache-2.0
/// What a factorization is asked to do: one field per flag of the command.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "nonneg/data_view.hpp"
#include "nonneg/export.hpp"
#include "nonneg/matrix_view.hpp"

namespace nonneg {

/// How the factors are updated. hals is for the Frobenius loss of complete data only.
enum class Algorithm {
  /// hals for the Frobenius loss of complete data, else mu.
  automatic,
  /// Hierarchical alternating least squares: each component in turn by its exact minimiser
  /// (Cichocki, Zdunek & Amari 2007), with inner repeats (Gillis & Glineur 2012).
  hals,
  /// Multiplicative updates, W first, then H: Lee & Seung 2001 for the Frobenius loss, Févotte &
  /// Idier 2011 for every other β-divergence, weights and missing entries.
  mu,
  /// Alternating non-negative least squares: each factor in turn by its exact minimiser, found by
  /// block principal pivoting (Kim & Park 2011). For the Frobenius loss of complete data only.
  anls
};

/// The β-divergences that have names.
inline constexpr double kFrobenius = 2;
/// β of the Kullback-Leibler divergence, for counts.
inline constexpr double kKullbackLeibler = 1;
/// β of the Itakura-Saito divergence, for power spectra.
inline constexpr double kItakuraSaito = 0;

/// They by their names, for Options::loss.
enum class Loss { frobenius, kullback_leibler, itakura_saito };

/// Which entries of A nobody observed. They take no part in the loss, and nothing is put in their
/// place.
enum class Missing {
  /// None: NaN is refused, and an entry that sparse data does not store is 0.
  none,
  /// NaN, in dense data.
  nan,
  /// What sparse data does not store.
  zeros
};

/// Where the first factors come from. The three of NNDSVD (Boutsidis & Gallopoulos 2008) are made
/// of the k leading singular vectors of A, which a randomized SVD finds (Halko, Martinsson & Tropp
/// 2011) in 8 reads of A where k < 0.1·min(m, n), else in 5, and in 1 where k + 10 >= n <= m. They
/// take complete data without weights, and k <= min(m, n).
enum class Init {
  /// Counter-based uniform numbers, scaled to the data: E[W·H] = mean(A).
  random,
  /// W₀, H₀ or both, of the caller.
  custom,
  /// Of each pair of singular vectors the positive or the negative parts, whichever is the larger;
  /// many entries are 0, which multiplicative updates cannot leave.
  nndsvd,
  /// NNDSVD, whose zeros are replaced by mean(A).
  nndsvda,
  /// NNDSVD, whose zeros are replaced by |mean(A)·N(0, 1)| / 100, drawn by Options::seed.
  nndsvdar
};

/// In which type the factors are computed. automatic: what A is computed in as it is, float64 for
/// float64 data, else float32, by the type of Solver; choose_precision() looks at A's entries.
/// tf32: float32, but for the products with A, which a CUDA device's tensor cores take with entries
/// rounded to 11 significant bits; only on backend cuda.
enum class Precision { automatic, float32, float64, tf32 };

/// What computes: automatic is a CUDA device where there is one and A is worth it, else the CPU
/// (choose_backend()).
enum class BackendKind { automatic, cpu, cuda };

/// Strengths of the penalties, all >= 0. The objective is
///   D(A, WH) + l1_w·ΣW + ½·l2_w·ΣW² + l1_h·ΣH + ½·l2_h·ΣH².
/// scikit-learn multiplies its own by the matrix's sizes: l1_w = alpha_W·l1_ratio·n,
/// l2_w = alpha_W·(1 − l1_ratio)·n, and l1_h, l2_h likewise from alpha_H with m.
struct Penalties {
  /// On the sum of W.
  double l1_w = 0;
  /// On the sum of H.
  double l1_h = 0;
  /// On half the sum of squares of W.
  double l2_w = 0;
  /// On half the sum of squares of H.
  double l2_h = 0;
};

/// What a factorization is asked to do. A default-made one is complete but for its rank.
struct Options {
  /// Number of components k; must be set, 1 to 2^57. May exceed min(m, n).
  Index rank = 0;
  /// How the factors are updated.
  Algorithm algorithm = Algorithm::automatic;
  /// The loss D(A, WH) is the sum of the β-divergences of all entries a from their model v:
  ///   (a^β + (β − 1)·v^β − β·a·v^(β−1)) / (β·(β − 1)),
  /// with the limits a·log(a/v) − a + v at 1 (Kullback-Leibler) and a/v − log(a/v) − 1 at 0
  /// (Itakura-Saito); ½(a − v)² at 2 (Frobenius). β <= 0 takes data without zeros.
  double beta = kFrobenius;
  /// The same by its name. Where it is set, beta is left as it is by default, or says the same.
  std::optional<Loss> loss{};
  /// Which entries of A nobody observed.
  Missing missing = Missing::none;
  /// Where the first factors come from.
  Init init = Init::random;
  /// Of the random numbers: the same seed gives the same start on every machine.
  std::uint64_t seed = 0;
  /// In which type the factors are computed.
  Precision precision = Precision::automatic;

  /// Most sweeps, >= 0. 0: the first factors are evaluated and handed back as they are, without a
  /// floor. Unset: 200 for the Frobenius loss of complete data, and 1000 for any other,
  /// whose multiplicative updates take more.
  std::optional<Index> max_iterations{};
  /// Converged when no component still moves and the objective hardly falls: the smaller, the
  /// surer. A component's move is the distance of its column of W, or its row of H, from what it
  /// was at an earlier check, both at unit norm. Over the last third of the run no move is larger
  /// than 3·sqrt(tolerance) with mu; with hals and anls 5·sqrt(tolerance), and since the check
  /// before sqrt(tolerance). docs/numerics.md has the whole rule. 0: run to max_iterations.
  double tolerance = 1e-4;
  /// Sweeps between two checks of the objective, >= 1. The last sweep is always checked. For
  /// transform(): updates between two looks at how far a row has moved.
  Index check_every = 10;

  /// Updates of a factor per sweep with the same products (Gillis & Glineur 2012). 0: the
  /// algorithm's own choice, 1 for mu, by cost for hals (docs/numerics.md).
  Index inner_repeats = 0;
  /// Whether each sweep updates W at an H carried on along its last step; a sweep after which the
  /// objective rose is undone (Ang & Gillis 2019). Unset: the algorithm's own, true for hals, false
  /// for mu. For the Frobenius loss of complete data only.
  std::optional<bool> extrapolation{};
  /// Smallest factor entry, in units of sqrt(mean(A) / k). Unset: the algorithm's own, 0 for hals
  /// and 1e-10 for mu, which cannot leave zero.
  std::optional<double> floor{};

  /// Strengths of the penalties on W and H.
  Penalties penalties{};

  /// Rows of A per panel. 0: chosen for the machine's caches on the CPU, and on a device by timing
  /// candidates in the first sweeps.
  Index panel_rows = 0;
  /// Nothing is chosen by timing: two runs with the same options on the same machine give the same
  /// bits, on a device too. (On the CPU they always do.)
  bool deterministic = false;
  /// What computes; NotAvailable is thrown where it cannot be had.
  BackendKind backend = BackendKind::automatic;
  /// Which CUDA device, as devices() numbers them; automatic takes the first from this one on that
  /// can be had.
  int device = 0;
  /// Threads on the host. 0: as many as this process may run on and the work is worth.
  int threads = 0;
};

/// Throws InvalidArgument naming the field, its value and what is allowed; its subject() is the
/// field. What is no value of an enumeration is refused, too.
NONNEG_EXPORT void validate(const Options& options);

/// The β of the loss that `options` ask for: that of Options::loss where it is set, else
/// Options::beta. Throws InvalidArgument where the two differ and beta is not its default.
NONNEG_EXPORT double beta_of(const Options& options);

/// The values by their names, as to_string() has them: to_algorithm("mu"). Each throws
/// InvalidArgument, with the field as its subject(), for any other text, and lists the names.
NONNEG_EXPORT Algorithm to_algorithm(std::string_view name);
/// As above, for Options::loss.
NONNEG_EXPORT Loss to_loss(std::string_view name);
/// As above.
NONNEG_EXPORT Missing to_missing(std::string_view name);
/// As above.
NONNEG_EXPORT Init to_init(std::string_view name);
/// As above.
NONNEG_EXPORT Precision to_precision(std::string_view name);
/// As above.
NONNEG_EXPORT BackendKind to_backend(std::string_view name);

/// "auto", "hals", "mu" or "anls". All of these are "unknown" for what is no value of the
/// enumeration.
NONNEG_EXPORT std::string_view to_string(Algorithm value) noexcept;
/// "frobenius", "kl" or "is".
NONNEG_EXPORT std::string_view to_string(Loss value) noexcept;
/// "none", "nan" or "zeros".
NONNEG_EXPORT std::string_view to_string(Missing value) noexcept;
/// "frobenius", "kl", "is" or "beta".
NONNEG_EXPORT std::string_view loss_name(double beta) noexcept;
/// "random", "nndsvd", "nndsvda", "nndsvdar" or "custom".
NONNEG_EXPORT std::string_view to_string(Init value) noexcept;
/// "auto", "float32", "float64" or "tf32".
NONNEG_EXPORT std::string_view to_string(Precision value) noexcept;
/// "auto", "cpu" or "cuda".
NONNEG_EXPORT std::string_view to_string(BackendKind value) noexcept;

}  // namespace nonneg
