// SPDX-License-Identifier: Apache-2.0
#include "nonneg/solver.hpp"

#include <utility>

#include "init/first_factors.hpp"
#include "solve/problem.hpp"
#include "solve/run.hpp"

namespace nonneg {

/// The set-up, and one run on it.
template <class T>
class Solver<T>::Impl {
 public:
  Impl(const DataView& A, const Options& options, const InitialFactors<T>* initial)
      : begun_(Clock::now()),
        problem_(A, startable(options, initial)),
        run_(problem_, problem_.options(), initial, begun_) {}

  Run<T>& run() { return run_; }

 private:
  static Options startable(Options options, const InitialFactors<T>* initial) {
    require_start(options, initial);
    if (initial != nullptr) options.init = Init::custom;
    return options;
  }

  Clock::time_point begun_;
  Problem<T> problem_;
  Run<T> run_;
};

template <class T>
Solver<T>::Solver(const DataView& A, const Options& options)
    : impl_(std::make_unique<Impl>(A, options, nullptr)) {}

template <class T>
Solver<T>::Solver(const DataView& A, const Options& options, const InitialFactors<T>& initial)
    : impl_(std::make_unique<Impl>(A, options, &initial)) {}

template <class T>
Solver<T>::~Solver() = default;
template <class T>
Solver<T>::Solver(Solver&&) noexcept = default;
template <class T>
Solver<T>& Solver<T>::operator=(Solver&&) noexcept = default;

template <class T>
void Solver<T>::step() {
  impl_->run().step();
}

template <class T>
LossRecord Solver<T>::check() {
  return impl_->run().check();
}

template <class T>
void Solver<T>::stream_to(SnapshotSink<T>& sink, const SnapshotOptions& options) {
  impl_->run().stream_to(sink, options);
}

template <class T>
StopReason Solver<T>::run(std::stop_token stop, const CheckCallback& on_check,
                          const std::function<void()>& before_sweep) {
  return impl_->run().run(stop, on_check, before_sweep);
}

template <class T>
Index Solver<T>::iteration() const noexcept {
  return impl_->run().iteration();
}

template <class T>
const std::vector<LossRecord>& Solver<T>::loss_history() const noexcept {
  return impl_->run().history();
}

template <class T>
Matrix<T> Solver<T>::W() const {
  return impl_->run().W();
}

template <class T>
Matrix<T> Solver<T>::Ht() const {
  return impl_->run().Ht();
}

template <class T>
Result<T> Solver<T>::result() const {
  return impl_->run().result();
}

template <class T>
Result<T> factorize(const DataView& A, const Options& options, std::stop_token stop,
                    const CheckCallback& on_check) {
  Solver<T> solver(A, options);
  solver.run(std::move(stop), on_check);
  return solver.result();
}

template <class T>
Result<T> factorize(const DataView& A, const Options& options, const InitialFactors<T>& initial,
                    std::stop_token stop, const CheckCallback& on_check) {
  Solver<T> solver(A, options, initial);
  solver.run(std::move(stop), on_check);
  return solver.result();
}

template class NONNEG_EXPORT Solver<float>;
template class NONNEG_EXPORT Solver<double>;
template NONNEG_EXPORT Result<float> factorize(const DataView&, const Options&, std::stop_token,
                                               const CheckCallback&);
template NONNEG_EXPORT Result<double> factorize(const DataView&, const Options&, std::stop_token,
                                                const CheckCallback&);
template NONNEG_EXPORT Result<float> factorize(const DataView&, const Options&,
                                               const InitialFactors<float>&, std::stop_token,
                                               const CheckCallback&);
template NONNEG_EXPORT Result<double> factorize(const DataView&, const Options&,
                                                const InitialFactors<double>&, std::stop_token,
                                                const CheckCallback&);

}  // namespace nonneg
