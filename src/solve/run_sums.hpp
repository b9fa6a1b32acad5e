// SPDX-License-Identifier: Apache-2.0
/// The sums of a check that need no look at A: the Gram identity's, and the factors' own.
#pragma once

#include "backend/buffers.hpp"
#include "rules/update_rule.hpp"
#include "solve/host_sums.hpp"

namespace nonneg {

template <class T>
class RunSums {
 public:
  /// For each worker the loss of its rows beside the sums of all.
  static Buffers needs(Index rank) {
    return {{"G", rank, rank},
            {"sums", 1, RunSum::count + ComponentSum::kinds * rank, Buffer::Entries::doubles},
            {"losses", 1, 1, Buffer::Entries::doubles, true}};
  }

  RunSums(Backend<T>& backend, const Buffers& needs, int workers)
      : backend_(backend),
        rank_(needs.at("G").rows),
        G_(allocate(backend, needs, "G")),
        sums_(backend.allocate_sums(needs.at("sums").cols + workers * needs.at("losses").cols)) {
    backend.clear_sums(sums_.data(), size());
  }

  /// The backend's sums: RunSum::count of them, those of each component, then the loss of each
  /// worker's rows.
  double* data() { return sums_.data(); }
  Index size() const { return sums_.cols(); }
  double* of_components(ComponentSum::Kind kind) { return data() + RunSum::count + kind * rank_; }
  double* losses() { return of_components(ComponentSum::kinds); }

  /// The Gram matrix of Ht, k × k, as last taken.
  MatrixView<T> gram() { return G_.view(); }
  void take_gram(MatrixView<const T> Ht) {
    backend_.set_zero(G_.view());
    backend_.add_gram(Ht, G_.view());
  }

  /// ⟨C, Ht⟩ and ⟨S, H·Hᵀ⟩.
  void add_up_terms(const SweepTerms<T>& terms, MatrixView<const T> Ht) {
    take_gram(Ht);
    backend_.dot(terms.C.view(), Ht, data() + RunSum::cross);
    backend_.dot(terms.S.view(), G_.view(), data() + RunSum::quadratic);
  }

  void add_up_factors(MatrixView<const T> W, MatrixView<const T> Ht) {
    backend_.factor_sums(W, data() + RunSum::w_sums);
    backend_.factor_sums(Ht, data() + RunSum::h_sums);
  }

  /// The squared norms of the columns of W and Ht.
  void add_up_squares(MatrixView<const T> W, MatrixView<const T> Ht) {
    backend_.column_dots(W, W, of_components(ComponentSum::w_squares));
    backend_.column_dots(Ht, Ht, of_components(ComponentSum::h_squares));
  }

  /// What each component explains by the loss, from the terms of these factors.
  void add_up_explained(const SweepTerms<T>& terms, MatrixView<const T> W, MatrixView<const T> Ht) {
    take_gram(Ht);
    backend_.column_dots(terms.C.view(), Ht, of_components(ComponentSum::cross));
    backend_.column_dots(terms.S.view(), G_.view(), of_components(ComponentSum::quadratic));
    add_up_squares(W, Ht);
  }

  /// Waits for the sums.
  HostSums fetch() {
    std::vector<double> host(static_cast<std::size_t>(size()));
    backend_.fetch(data(), host.data(), size());
    return HostSums(host.data(), size(), rank_);
  }

 private:
  Backend<T>& backend_;
  Index rank_;
  Matrix<T> G_;
  Matrix<double> sums_;
};

}  // namespace nonneg
