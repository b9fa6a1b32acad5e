// SPDX-License-Identifier: Apache-2.0
#include "cuda/cuda_backend.hpp"

#include <nvtx3/nvToolsExt.h>

#include "base/thread_team.hpp"
#include "cuda/backend_memory.hpp"
#include "cuda/blas_handle.hpp"
#include "cuda/check.hpp"
#include "cuda/device.hpp"
#include "cuda/device_matrix.hpp"
#include "cuda/device_to_host_copy.hpp"
#include "cuda/event_timing.hpp"
#include "cuda/gemm.hpp"
#include "cuda/graph.hpp"
#include "cuda/panel_sources.hpp"
#include "cuda/plan.hpp"
#include "cuda/quotients.hpp"
#include "kernels/add.hpp"
#include "kernels/anls_update.hpp"
#include "kernels/column_sums.hpp"
#include "kernels/copy_if.hpp"
#include "kernels/extrapolate.hpp"
#include "kernels/factor_sums.hpp"
#include "kernels/hals_update.hpp"
#include "kernels/inner_product.hpp"
#include "kernels/judge_step.hpp"
#include "kernels/model_divergence.hpp"
#include "kernels/model_sum.hpp"
#include "kernels/multiplicative_update.hpp"
#include "kernels/ratio_update.hpp"
#include "kernels/sampled_divergence.hpp"
#include "kernels/sampled_products.hpp"
#include "kernels/sparse_product.hpp"
#include "kernels/uniform_fill.hpp"

namespace nonneg::cuda {

namespace {

template <class T>
class CudaBackend final : public Backend<T> {
 public:
  /// Has the workspace of anls_update for `solved_components`: 0 where that is not asked for.
  CudaBackend(int device, int threads, Products products, Index solved_components)
      : device_(device),
        products_(products),
        solved_components_(solved_components),
        threads_(threads == 0 ? usable_threads() : threads),
        guard_while_made_(std::make_unique<DeviceGuard>(device)),
        needs_(backend_needs(anls_workspace_bytes(solved_components))),
        blas_(stream_, needs_.bytes_of(kBlasWorkspace)),
        partials_(needs_.bytes_of(kPartials), kPartials.data()),
        scratch_(needs_.bytes_of(kScratch), kScratch.data()),
        solving_(needs_.bytes_of(kForSolving), kForSolving.data()) {
    guard_while_made_.reset();
  }

  ~CudaBackend() override { stream_.drain(); }

  std::string_view name() const override { return "cuda"; }
  int threads() const override { return threads_; }
  MemorySpace space() const override { return MemorySpace::device; }

  std::unique_ptr<Backend<T>> make_worker() override {
    return std::make_unique<CudaBackend<T>>(device_, threads_, products_, solved_components_);
  }

  /// There is one stream, and so one worker at a time.
  void run_workers(int count, const std::function<void(int)>& body) override {
    for (int worker = 0; worker < count; ++worker) body(worker);
  }

  Plan plan(const DataView& A, const Options& options, bool scaled,
            const Buffers& held) const override {
    return cuda::plan(A, options, scaled, held, device_info(device_), free_memory(device_),
                      backend_bytes(solving_.bytes()));
  }

  std::unique_ptr<PanelSource<T>> make_source(const DataView& A, const Plan& plan,
                                              double scale) override {
    const DeviceGuard guard(device_);
    return make_device_source<T>({device_, stream_, threads_}, A, plan, scale);
  }

  std::unique_ptr<Recording> record(const std::function<void()>& work,
                                    double panel_flops) override {
    const DeviceGuard guard(device_);
    if (!launches_bound(panel_flops, multiprocessors(device_), products_)) return nullptr;
    return Graph::of(device_, stream_, work);
  }

  std::unique_ptr<Timing> time(const std::function<void()>& work) override {
    const DeviceGuard guard(device_);
    return std::make_unique<EventTiming>(device_, stream_, work);
  }

  void begin_range(const char* name) override { nvtxRangePushA(name); }
  void end_range() override { nvtxRangePop(); }

  Matrix<T> allocate(Index rows, Index cols) override {
    const DeviceGuard guard(device_);
    return allocate_matrix<T>(device_, stream_, rows, cols);
  }

  Matrix<double> allocate_sums(Index count) override {
    const DeviceGuard guard(device_);
    return allocate_matrix<double>(device_, stream_, 1, count);
  }

  std::unique_ptr<HostCopy<T>> make_host_copy(Index w_rows, Index ht_rows, Index rank,
                                              Index sums) override {
    const DeviceGuard guard(device_);
    return std::make_unique<DeviceToHostCopy<T>>(device_, stream_, w_rows, ht_rows, rank, sums);
  }

  void set_zero(MatrixView<T> X) override {
    require_on_device("set_zero", X);
    const DeviceGuard guard(device_);
    clear(X, stream_.get());
  }

  void copy(MatrixView<const T> from, MatrixView<T> to) override {
    if (from.empty()) return;
    const DeviceGuard guard(device_);
    copy_matrix(from, to, stream_.get());
    if (from.space() == MemorySpace::host || to.space() == MemorySpace::host) {
      stream_.synchronize("copy");
    }
  }

  void judge_step(const StepRule& rule, const double* sums, double* state) override {
    const DeviceGuard guard(device_);
    launch_judge_step(rule, sums, state, stream_.get());
  }

  void copy_if(const double* condition, MatrixView<const T> X, MatrixView<T> out) override {
    require_on_device("copy_if", X, out);
    const DeviceGuard guard(device_);
    launch_copy_if(condition, X, out, stream_.get());
  }

  void extrapolate(MatrixView<const T> X, MatrixView<const T> G, MatrixView<T> previous,
                   MatrixView<const T> previous_G, const double* beta, T floor,
                   MatrixView<T> out) override {
    require_on_device("extrapolate", X, G, previous, previous_G, out);
    const DeviceGuard guard(device_);
    launch_extrapolate(X, G, previous, previous_G, beta, floor, out, stream_.get());
  }

  void add(MatrixView<const T> X, MatrixView<T> Y) override {
    require_on_device("add", X, Y);
    const DeviceGuard guard(device_);
    launch_add(X, Y, stream_.get());
  }

  void clear_sums(double* sums, Index count) override {
    if (count == 0) return;
    const DeviceGuard guard(device_);
    check(cudaMemsetAsync(sums, 0, static_cast<std::size_t>(count) * sizeof(double), stream_.get()),
          "cudaMemsetAsync", "clear_sums");
  }

  void fetch(const double* sums, double* host, Index count) override {
    const DeviceGuard guard(device_);
    if (count > 0) {
      check(cudaMemcpyAsync(host, sums, static_cast<std::size_t>(count) * sizeof(double),
                            cudaMemcpyDeviceToHost, stream_.get()),
            "cudaMemcpyAsync", "fetch");
    }
    stream_.synchronize("fetch");
  }

  void widen(const DataView& stored, double scale, MatrixView<T> out) override {
    require_on_device("widen", out);
    const DeviceGuard guard(device_);
    widen_from_host(stored, scale, out, stream_, threads_);
  }

  void fill_uniform(MatrixView<T> F, UniformKey key, Index first_row, T upper, T floor) override {
    require_on_device("fill_uniform", F);
    const DeviceGuard guard(device_);
    launch_uniform_fill(F, key, first_row, upper, floor, stream_.get());
  }

  void multiply(MatrixView<const T> A, MatrixView<const T> B, MatrixView<T> C) override {
    require_on_device("multiply", A, B, C);
    const DeviceGuard guard(device_);
    gemm<T>(blas_, stream_.get(), products_, Transpose::no, A, Transpose::no, B, T{0}, C);
  }

  void add_transposed_product(MatrixView<const T> A, MatrixView<const T> B,
                              MatrixView<T> C) override {
    require_on_device("add_transposed_product", A, B, C);
    const DeviceGuard guard(device_);
    gemm<T>(blas_, stream_.get(), products_, Transpose::yes, A, Transpose::no, B, T{1}, C);
  }

  void add_gram(MatrixView<const T> F, MatrixView<T> G) override {
    require_on_device("add_gram", F, G);
    // Never in tf32: G decides how well an update is conditioned, and costs next to nothing.
    const DeviceGuard guard(device_);
    gemm<T>(blas_, stream_.get(), Products::exact, Transpose::yes, F, Transpose::no, F, T{1}, G);
  }

  void add_column_sums(MatrixView<const T> F, MatrixView<T> sums) override {
    require_on_device("add_column_sums", F, sums);
    const DeviceGuard guard(device_);
    launch_add_column_sums(F, scratch_.as<double>(), sums, stream_.get());
  }

  void multiply(const SparseRows<T>& A, MatrixView<const T> B, MatrixView<T> C) override {
    require_on_device("multiply", B, C);
    const DeviceGuard guard(device_);
    launch_sparse_multiply(A, B, C, stream_.get());
  }

  void add_transposed_product(const SparseRows<T>& A, MatrixView<const T> B,
                              MatrixView<T> C) override {
    require_on_device("add_transposed_product", B, C);
    const DeviceGuard guard(device_);
    launch_add_sparse_transposed_product(A, B, C, stream_.get());
  }

  void make_dense(const SparseRows<T>& A, MatrixView<T> out) override {
    set_zero(out);
    const DeviceGuard guard(device_);
    launch_scatter(A, out, stream_.get());
  }

  void sampled_products(const SparseRows<T>& A, MatrixView<const T> W, MatrixView<const T> Ht,
                        const Divergence<T>& divergence, MatrixView<T> P,
                        MatrixView<T> D) override {
    require_on_device("sampled_products", W, Ht, P);
    if (D.rows() > 0) require_on_device("sampled_products", D);
    const DeviceGuard guard(device_);
    launch_sampled_products(A, W, Ht, divergence, P, D, stream_.get());
  }

  void add_sampled_transposed_products(const SparseRows<T>& A, MatrixView<const T> W,
                                       MatrixView<const T> Ht, const Divergence<T>& divergence,
                                       MatrixView<T> P, MatrixView<T> D) override {
    require_on_device("add_sampled_transposed_products", W, Ht, P);
    if (D.rows() > 0) require_on_device("add_sampled_transposed_products", D);
    const DeviceGuard guard(device_);
    launch_add_sampled_transposed_products(A, W, Ht, divergence, P, D, stream_.get());
  }

  Index quotient_workspace(Index panel_rows, Index cols, Index /*rank*/,
                           bool denominators) const override {
    return quotient_entries(panel_rows, cols, denominators);
  }

  void begin_quotient_products(MatrixView<const T> /*Ht*/, MatrixView<T> /*workspace*/) override {}

  void quotient_products(MatrixView<const T> A, MatrixView<const T> weights, MatrixView<const T> W,
                         MatrixView<const T> Ht, const Divergence<T>& divergence,
                         MatrixView<T> workspace, MatrixView<T> P, MatrixView<T> D) override {
    require_on_device("quotient_products", P);
    const DeviceGuard guard(device_);
    const Quotients<T> quotients = take_quotients<T>(blas_, stream_.get(), products_, A, weights, W,
                                                     Ht, divergence, workspace, D);
    multiply(quotients.numerators, Ht, P);
    if (D.rows() > 0) multiply(quotients.denominators, Ht, D);
  }

  void add_transposed_quotient_products(MatrixView<const T> A, MatrixView<const T> weights,
                                        MatrixView<const T> W, MatrixView<const T> Ht,
                                        const Divergence<T>& divergence, MatrixView<T> workspace,
                                        MatrixView<T> P, MatrixView<T> D) override {
    require_on_device("add_transposed_quotient_products", P);
    const DeviceGuard guard(device_);
    const Quotients<T> quotients = take_quotients<T>(blas_, stream_.get(), products_, A, weights, W,
                                                     Ht, divergence, workspace, D);
    add_transposed_product(quotients.numerators, W, P);
    if (D.rows() > 0) add_transposed_product(quotients.denominators, W, D);
  }

  void multiplicative_update(MatrixView<T> F, MatrixView<const T> P, MatrixView<const T> G,
                             const RowUpdate<T>& update) override {
    require_on_device("multiplicative_update", F, P, G);
    const DeviceGuard guard(device_);
    if (!forms_denominators(Algorithm::mu, F.cols(), update.repeats)) {
      launch_multiplicative_update(F, P, G, update, stream_.get());
      return;
    }
    // Rows are taken as many at a time as denominators have room.
    const Index most = std::max<Index>(
        static_cast<Index>(kScratchBytes / sizeof(T)) / std::max<Index>(F.cols(), 1), 1);
    for (Index first = 0; first < F.rows(); first += most) {
      const Index count = std::min(most, F.rows() - first);
      const MatrixView<T> rows = F.row_block(first, count);
      const MatrixView<T> D(scratch_.as<T>(), count, F.cols(), F.cols(), MemorySpace::device);
      gemm<T>(blas_, stream_.get(), Products::exact, Transpose::no, rows, Transpose::no, G, T{0},
              D);
      launch_ratio_update<T>(rows, P.row_block(first, count), D, T{1}, update, {}, stream_.get());
    }
  }

  void hals_update(MatrixView<T> F, MatrixView<const T> P, MatrixView<const T> G,
                   const RowUpdate<T>& update) override {
    require_on_device("hals_update", F, P, G);
    const DeviceGuard guard(device_);
    launch_hals_update(F, P, G, update, stream_.get());
  }

  void anls_update(MatrixView<T> F, MatrixView<const T> P, MatrixView<const T> G,
                   const RowUpdate<T>& update) override {
    require_on_device("anls_update", F, P, G);
    const DeviceGuard guard(device_);
    // A solver's backend has this workspace from the start.
    const std::uint64_t bytes = anls_workspace_bytes(F.cols());
    if (bytes > solving_.bytes()) {
      stream_.synchronize("anls_update");
      solving_ = DeviceBuffer(bytes, kForSolving.data());
    }
    launch_anls_update(F, P, G, update, solving_.as<double>(), stream_.get());
  }

  void ratio_update(MatrixView<T> F, MatrixView<const T> P, MatrixView<const T> D, T exponent,
                    const RowUpdate<T>& update, MatrixView<const T> floors) override {
    require_on_device("ratio_update", F, P, D);
    if (floors.rows() > 0) require_on_device("ratio_update", floors);
    const DeviceGuard guard(device_);
    launch_ratio_update(F, P, D, exponent, update, floors, stream_.get());
  }

  void dot(MatrixView<const T> X, MatrixView<const T> Y, double* sums) override {
    require_on_device("dot", X, Y);
    const DeviceGuard guard(device_);
    launch_inner_product(X, Y, partials_.as<double>(), sums, stream_.get());
  }

  void column_dots(MatrixView<const T> X, MatrixView<const T> Y, double* sums) override {
    require_on_device("column_dots", X, Y);
    const DeviceGuard guard(device_);
    launch_column_dots(X, Y, scratch_.as<double>(), sums, stream_.get());
  }

  void factor_sums(MatrixView<const T> F, double* sums) override {
    require_on_device("factor_sums", F);
    const DeviceGuard guard(device_);
    launch_factor_sums(F, partials_.as<double>(), sums, stream_.get());
  }

  void add_divergence(MatrixView<const T> A, MatrixView<const T> weights, MatrixView<const T> W,
                      MatrixView<const T> Ht, const Divergence<T>& divergence,
                      double* sums) override {
    require_on_device("add_divergence", A, W, Ht);
    if (weights.rows() > 0) require_on_device("add_divergence", weights);
    const DeviceGuard guard(device_);
    launch_model_divergence(A, weights, W, Ht, divergence, partials_.as<double>(), sums,
                            stream_.get());
  }

  void add_sampled_divergence(const SparseRows<T>& A, MatrixView<const T> W, MatrixView<const T> Ht,
                              const Divergence<T>& divergence, bool zeros_observed,
                              double* sums) override {
    require_on_device("add_sampled_divergence", W, Ht);
    const DeviceGuard guard(device_);
    launch_add_sampled_divergence(A, W, Ht, divergence, zeros_observed, partials_.as<double>(),
                                  sums, stream_.get());
  }

  void add_model_sum(MatrixView<const T> W, MatrixView<const T> Ht, int power,
                     double* sums) override {
    require_on_device("add_model_sum", W, Ht);
    const DeviceGuard guard(device_);
    launch_add_model_sum(W, Ht, power, scratch_.as<double>(), partials_.as<double>(), sums,
                         stream_.get());
  }

 private:
  static_assert(kScratchBytes >= kModelSumDoubles * Index{sizeof(double)});

  int device_;
  Products products_;
  Index solved_components_;
  int threads_;
  /// The members below are made on the device.
  std::unique_ptr<DeviceGuard> guard_while_made_;
  Stream stream_;
  Buffers needs_;
  BlasHandle blas_;
  DeviceBuffer partials_;
  /// Holds rows of F·G, or partial sums.
  DeviceBuffer scratch_;
  DeviceBuffer solving_;
};

}  // namespace

template <class T>
std::unique_ptr<Backend<T>> make_cuda_backend(const Options& options) {
  const Products products = options.precision == Precision::tf32 ? Products::tf32 : Products::exact;
  const Index solved_components = options.algorithm == Algorithm::anls ? options.rank : 0;
  return std::make_unique<CudaBackend<T>>(options.device, options.threads, products,
                                          solved_components);
}

template std::unique_ptr<Backend<float>> make_cuda_backend(const Options&);
template std::unique_ptr<Backend<double>> make_cuda_backend(const Options&);

}  // namespace nonneg::cuda
