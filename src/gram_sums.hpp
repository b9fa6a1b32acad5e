/// The sums of a check that need no look at A: the Gram identity's, and the factors' own.
#pragma once

#include <array>

#include "check_sums.hpp"
#include "nonneg/backend.hpp"
#include "rules/update_rule.hpp"

namespace nonneg {

/// Sums on the host.
using HostSums = std::array<double, CheckSum::count>;

inline double sum_at(const HostSums& sums, Index which) {
  return sums[static_cast<std::size_t>(which)];
}

inline FactorSums factor_sums_at(const HostSums& sums, Index first) {
  return {.sum = sum_at(sums, first),
          .sum_of_squares = sum_at(sums, first + 1),
          .non_finite = sum_at(sums, first + 2)};
}

template <class T>
class GramSums {
 public:
  GramSums(Backend<T>& backend, Index rank)
      : backend_(backend),
        G_(backend.allocate(rank, rank)),
        sums_(backend.allocate_sums(CheckSum::count)) {
    backend.clear_sums(sums_.data(), CheckSum::count);
  }

  /// CheckSum::count doubles of the backend.
  double* data() { return sums_.data(); }

  /// ⟨C, Ht⟩ and ⟨S, H·Hᵀ⟩.
  void add_up_terms(const SweepTerms<T>& terms, MatrixView<const T> Ht) {
    backend_.set_zero(G_.view());
    backend_.add_gram(Ht, G_.view());
    backend_.dot(terms.C.view(), Ht, data() + CheckSum::cross);
    backend_.dot(terms.S.view(), G_.view(), data() + CheckSum::quadratic);
  }

  void add_up_factors(MatrixView<const T> W, MatrixView<const T> Ht) {
    backend_.factor_sums(W, data() + CheckSum::w_sums);
    backend_.factor_sums(Ht, data() + CheckSum::h_sums);
  }

  /// Waits for the sums.
  HostSums fetch() {
    HostSums host{};
    backend_.fetch(data(), host.data(), CheckSum::count);
    return host;
  }

 private:
  Backend<T>& backend_;
  Matrix<T> G_;
  Matrix<double> sums_;
};

}  // namespace nonneg
