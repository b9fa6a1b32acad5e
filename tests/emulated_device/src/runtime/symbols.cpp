// SPDX-License-Identifier: Apache-2.0
// Copies to and from __device__ and __constant__ variables.
#include <cuda_runtime_api.h>

#include "api.hpp"
#include "modules.hpp"

namespace nonneg::emulated {
namespace {

/// The address `offset` bytes into a variable; null where the range is not inside one.
char* locate(const void* symbol, std::size_t bytes, std::size_t offset) {
  std::size_t size = 0;
  auto* storage = static_cast<char*>(find_device_variable(symbol, &size));
  return storage != nullptr && offset + bytes <= size ? storage + offset : nullptr;
}

cudaMemcpyKind or_default(cudaMemcpyKind kind, cudaMemcpyKind otherwise) {
  return kind == cudaMemcpyDefault ? otherwise : kind;
}

}  // namespace
}  // namespace nonneg::emulated

using namespace nonneg::emulated;

NONNEG_EMU_EXPORT cudaError_t cudaMemcpyToSymbolAsync(const void* symbol, const void* source,
                                                      std::size_t bytes, std::size_t offset,
                                                      cudaMemcpyKind kind, cudaStream_t stream) {
  char* p = locate(symbol, bytes, offset);
  if (p == nullptr) return finish(cudaErrorInvalidSymbol);
  return cudaMemcpyAsync(p, source, bytes, or_default(kind, cudaMemcpyHostToDevice), stream);
}

NONNEG_EMU_EXPORT cudaError_t cudaMemcpyFromSymbolAsync(void* target, const void* symbol,
                                                        std::size_t bytes, std::size_t offset,
                                                        cudaMemcpyKind kind, cudaStream_t stream) {
  const char* p = locate(symbol, bytes, offset);
  if (p == nullptr) return finish(cudaErrorInvalidSymbol);
  return cudaMemcpyAsync(target, p, bytes, or_default(kind, cudaMemcpyDeviceToHost), stream);
}

NONNEG_EMU_EXPORT cudaError_t cudaMemcpyToSymbol(const void* symbol, const void* source,
                                                 std::size_t bytes, std::size_t offset,
                                                 cudaMemcpyKind kind) {
  char* p = locate(symbol, bytes, offset);
  if (p == nullptr) return finish(cudaErrorInvalidSymbol);
  return cudaMemcpy(p, source, bytes, or_default(kind, cudaMemcpyHostToDevice));
}

NONNEG_EMU_EXPORT cudaError_t cudaMemcpyFromSymbol(void* target, const void* symbol,
                                                   std::size_t bytes, std::size_t offset,
                                                   cudaMemcpyKind kind) {
  const char* p = locate(symbol, bytes, offset);
  if (p == nullptr) return finish(cudaErrorInvalidSymbol);
  return cudaMemcpy(target, p, bytes, or_default(kind, cudaMemcpyDeviceToHost));
}

NONNEG_EMU_EXPORT cudaError_t cudaGetSymbolAddress(void** pointer, const void* symbol) {
  *pointer = find_device_variable(symbol, nullptr);
  return *pointer != nullptr ? cudaSuccess : finish(cudaErrorInvalidSymbol);
}

NONNEG_EMU_EXPORT cudaError_t cudaGetSymbolSize(std::size_t* bytes, const void* symbol) {
  return find_device_variable(symbol, bytes) != nullptr ? cudaSuccess
                                                        : finish(cudaErrorInvalidSymbol);
}
