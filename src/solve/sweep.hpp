// SPDX-License-Identifier: Apache-2.0
/// One iteration: A is read once, in row panels, by as many workers as the plan has.
#pragma once

#include <memory>
#include <vector>

#include "panels/panel_crew.hpp"
#include "panels/panel_heights.hpp"
#include "rules/make_rule.hpp"

namespace nonneg {

template <class T>
class Sweep {
 public:
  /// `backend` and A must outlive the sweep.
  Sweep(Backend<T>& backend, const DataView& A, const Plan& plan, double scale,
        const RuleSettings<T>& settings)
      : backend_(backend),
        gram_(settings.mode.gram_rules_serve),
        crew_(backend, A, plan, scale),
        update_rule_(make_rule(backend, settings, 0)) {
    const Buffers terms = terms_needs<T>(settings.mode, settings.cols, settings.rank);
    for (int w = 0; w < crew_.size(); ++w) {
      Backend<T>& own = crew_.backend(w);
      Rule rule = make_rule(own, settings, max_panel_rows(plan));
      shares_.push_back({std::move(rule), SweepTerms<T>(own, terms)});
    }
  }

  /// The workers over A, between two sweeps.
  PanelCrew<T>& crew() { return crew_; }

  /// True where run() may be recorded.
  bool repeatable() const { return crew_.repeatable(); }

  void set_panel_rows(Index rows) { crew_.set_panel_rows(rows); }

  /// Updates W's rows panel by panel with H at `point`, then Ht from what they add up to.
  /// `before(backend, first_row, W_p)` is called for each panel before its rows change.
  template <class Before>
  void run(MatrixView<const T> point, MatrixView<T> W, MatrixView<T> Ht, const Before& before) {
    crew_.run([&](int worker) {
      Share& own = share(worker);
      Backend<T>& backend = crew_.backend(worker);
      own.rule->begin_sweep(point);
      own.terms.clear(backend);
      crew_.for_each_panel(worker, [&](const Panel<T>& panel) {
        const MatrixView<T> W_p = W.row_block(panel.first_row, panel.rows());
        before(backend, panel.first_row, W_p);
        own.rule->update_rows(panel, point, W_p);
        own.rule->accumulate(panel, point, W_p, own.terms);
      });
    });
    update_rule_->update_columns(summed_terms(), Ht);
  }

  /// Updates W's rows `times` times with H as it is, in one read of A.
  void fit_rows(MatrixView<const T> Ht, MatrixView<T> W, int times) {
    crew_.run([&](int worker) {
      Rule& rule = share(worker).rule;
      rule->begin_sweep(Ht);
      crew_.for_each_panel(worker, [&](const Panel<T>& panel) {
        const MatrixView<T> W_p = W.row_block(panel.first_row, panel.rows());
        for (int update = 0; update < times; ++update) rule->update_rows(panel, Ht, W_p);
      });
    });
  }

  /// Updates Ht `times` times with W as it is, and returns how many reads of A that took: one where
  /// what is added up does not depend on Ht, else one for each.
  Index fit_columns(MatrixView<const T> W, MatrixView<T> Ht, int times) {
    Index reads = 0;
    for (int update = 0; update < times; ++update) {
      if (reads == 0 || !gram_) {
        add_up_terms(W, Ht);
        ++reads;
      }
      update_rule_->update_columns(share(0).terms, Ht);
    }
    return reads;
  }

  /// The terms of factors as they are, which a sweep that was undone, or none, has not left: one
  /// more read of A.
  void add_up_terms(MatrixView<const T> W, MatrixView<const T> Ht) {
    crew_.run([&](int worker) {
      Share& own = share(worker);
      own.rule->begin_sweep(Ht);
      own.terms.clear(crew_.backend(worker));
      crew_.for_each_panel(worker, [&](const Panel<T>& panel) {
        own.rule->accumulate_alone(panel, Ht, W.row_block(panel.first_row, panel.rows()),
                                   own.terms);
      });
    });
    summed_terms();
  }

  /// What the last run() or add_up_terms() added up over all workers.
  const SweepTerms<T>& terms() const { return shares_.front().terms; }

  /// sums[w] = the loss over worker w's rows, entry by entry: one more read of A.
  void add_up_loss(MatrixView<const T> W, MatrixView<const T> Ht, double* sums) {
    crew_.run([&](int worker) {
      Backend<T>& backend = crew_.backend(worker);
      double* sum = sums + worker;
      backend.clear_sums(sum, 1);
      crew_.for_each_panel(worker, [&](const Panel<T>& panel) {
        share(worker).rule->add_loss(panel, W.row_block(panel.first_row, panel.rows()), Ht, sum);
      });
    });
    update_rule_->add_model_loss(W, Ht, sums);
  }

 private:
  using Rule = std::unique_ptr<UpdateRule<T>>;

  /// A worker's rule, and what it adds up.
  struct Share {
    Rule rule;
    SweepTerms<T> terms;
  };

  /// The workers' terms, added to the first one's.
  const SweepTerms<T>& summed_terms() {
    SweepTerms<T>& all = share(0).terms;
    for (int w = 1; w < crew_.size(); ++w) {
      backend_.add(share(w).terms.C.view(), all.C.view());
      backend_.add(share(w).terms.S.view(), all.S.view());
    }
    return all;
  }

  Share& share(int worker) { return shares_[static_cast<std::size_t>(worker)]; }

  Backend<T>& backend_;
  /// Whether the terms are those of the Frobenius loss, which do not depend on Ht.
  bool gram_;
  PanelCrew<T> crew_;
  /// Updates H, with all threads.
  Rule update_rule_;
  std::vector<Share> shares_;
};

}  // namespace nonneg
