// SPDX-License-Identifier: Apache-2.0
/// Workers over A: each sweeps a share of the rows with a backend and a source of its own, so that
/// threads meet once per sweep and not once per product.
#pragma once

#include <algorithm>
#include <memory>
#include <vector>

#include "nonneg/plan.hpp"
#include "panels/panel_source.hpp"
#include "panels/worker_share.hpp"

namespace nonneg {

template <class T>
class PanelCrew {
 public:
  /// `backend` must outlive the crew; with one worker it does the work itself.
  PanelCrew(Backend<T>& backend, const DataView& A, const Plan& plan, double scale)
      : PanelCrew(backend, plan.workers) {
    take(A, plan, scale);
  }

  /// So many workers that have nothing to do yet.
  PanelCrew(Backend<T>& backend, int workers) : backend_(backend) {
    for (int w = 0; w < workers; ++w) {
      Member member;
      if (workers > 1) member.own_backend = backend.make_worker();
      member.backend = workers > 1 ? member.own_backend.get() : &backend;
      members_.push_back(std::move(member));
    }
  }

  /// Gives the workers the rows of A, which must outlive this or the next take(); `plan` has as
  /// many workers.
  void take(const DataView& A, const Plan& plan, double scale) {
    for (int w = 0; w < size(); ++w) {
      const RowRange share = worker_share(A.rows(), size(), w);
      Member& own = member(w);
      own.first_row = share.first;
      own.source = own.backend->make_source(A.row_block(share.first, share.count), plan, scale);
    }
  }

  /// Lets go of A, and of what is held of it.
  void let_go() {
    for (Member& member : members_) member.source.reset();
  }

  int size() const { return static_cast<int>(members_.size()); }
  Backend<T>& backend(int worker) { return *member(worker).backend; }

  /// True where a sweep over all panels may be recorded.
  bool repeatable() const {
    return std::all_of(members_.begin(), members_.end(),
                       [](const Member& member) { return member.source->repeatable(); });
  }

  /// As PanelSource::set_panel_rows(), for every worker.
  void set_panel_rows(Index rows) {
    for (Member& member : members_) member.source->set_panel_rows(rows);
  }

  /// Calls body(worker) for every worker, at once where the backend can.
  template <class Body>
  void run(const Body& body) {
    backend_.run_workers(size(), body);
  }

  /// Calls body(panel) for each panel of the worker's share in order; first_row is A's.
  template <class Body>
  void for_each_panel(int worker, const Body& body) {
    Member& own = member(worker);
    own.source->begin_sweep();
    while (auto panel = own.source->next()) {
      panel->first_row += own.first_row;
      body(*panel);
    }
  }

 private:
  struct Member {
    Index first_row = 0;
    std::unique_ptr<Backend<T>> own_backend{};
    Backend<T>* backend = nullptr;
    std::unique_ptr<PanelSource<T>> source{};
  };

  Member& member(int worker) { return members_[static_cast<std::size_t>(worker)]; }

  Backend<T>& backend_;
  std::vector<Member> members_;
};

}  // namespace nonneg
