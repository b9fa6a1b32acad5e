// SPDX-License-Identifier: Apache-2.0
#include "cuda/device_to_host_copy.hpp"

#include "cuda/check.hpp"
#include "cuda/device.hpp"
#include "cuda/device_matrix.hpp"

namespace nonneg::cuda {

namespace {

constexpr const char* kDoing = "a snapshot";

template <class T>
std::uint64_t matrix_bytes(Index rows, Index cols) {
  return static_cast<std::uint64_t>(rows) * static_cast<std::uint64_t>(cols) * sizeof(T);
}

/// `to` without gaps.
template <class T>
void copy_within(MatrixView<const T> from, MatrixView<T> to, const Stream& stream) {
  const auto width = static_cast<std::size_t>(from.cols()) * sizeof(T);
  copy_rows(to.data(), width, from.data(), static_cast<std::size_t>(from.ld()) * sizeof(T), width,
            static_cast<std::size_t>(from.rows()), cudaMemcpyDeviceToDevice, stream.get(), kDoing);
}

}  // namespace

template <class T>
DeviceToHostCopy<T>::DeviceToHostCopy(int device, Stream& compute, Index w_rows, Index ht_rows,
                                      Index rank, Index sums)
    : device_(device),
      compute_(compute),
      w_rows_(w_rows),
      ht_rows_(ht_rows),
      rank_(rank),
      sums_bytes_(static_cast<std::uint64_t>(sums) * sizeof(double)),
      bytes_(sums_bytes_ + matrix_bytes<T>(w_rows, rank) + matrix_bytes<T>(ht_rows, rank)),
      spare_(bytes_, kDoing),
      pinned_(bytes_, kDoing) {}

template <class T>
DeviceToHostCopy<T>::~DeviceToHostCopy() {
  download_.drain();
  compute_.drain();
}

template <class T>
void DeviceToHostCopy<T>::take(MatrixView<const T> W, MatrixView<const T> Ht, const double* sums) {
  const DeviceGuard guard(device_);
  auto* const spare = spare_.as<std::byte>();
  check(cudaMemcpyAsync(spare, sums, sums_bytes_, cudaMemcpyDeviceToDevice, compute_.get()),
        "cudaMemcpyAsync", kDoing);
  copy_within(W, w_in(spare, MemorySpace::device), compute_);
  copy_within(Ht, ht_in(spare, MemorySpace::device), compute_);
  compute_.record(copied_);
  download_.wait(copied_);
  check(cudaMemcpyAsync(pinned_.data(), spare, bytes_, cudaMemcpyDeviceToHost, download_.get()),
        "cudaMemcpyAsync", kDoing);
  download_.record(arrived_);
}

template <class T>
void DeviceToHostCopy<T>::wait() {
  const DeviceGuard guard(device_);
  arrived_.synchronize(kDoing);
}

template <class T>
MatrixView<T> DeviceToHostCopy<T>::W() {
  return w_in(pinned_.data(), MemorySpace::host);
}

template <class T>
MatrixView<T> DeviceToHostCopy<T>::Ht() {
  return ht_in(pinned_.data(), MemorySpace::host);
}

template <class T>
const double* DeviceToHostCopy<T>::sums() const {
  return reinterpret_cast<const double*>(pinned_.data());
}

template <class T>
MatrixView<T> DeviceToHostCopy<T>::w_in(std::byte* memory, MemorySpace space) const {
  return {reinterpret_cast<T*>(memory + sums_bytes_), w_rows_, rank_, rank_, space};
}

template <class T>
MatrixView<T> DeviceToHostCopy<T>::ht_in(std::byte* memory, MemorySpace space) const {
  return {reinterpret_cast<T*>(memory + sums_bytes_ + matrix_bytes<T>(w_rows_, rank_)), ht_rows_,
          rank_, rank_, space};
}

template class DeviceToHostCopy<float>;
template class DeviceToHostCopy<double>;

}  // namespace nonneg::cuda
