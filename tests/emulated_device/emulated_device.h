// SPDX-License-Identifier: Apache-2.0
/* Control of the emulated device from inside a test.
 *
 * The functions live in libnonneg_emulated_device.so, which is only there when the test runs on the
 * emulated device. C++ tests use nonneg::emulated::Control below, which finds them at run time; the
 * same binary runs on a GPU, where Control::present() is false.
 *
 * Strings returned into a buffer are zero-terminated and cut to its capacity; the return value is
 * the size needed, the terminator included. */
#ifndef NONNEG_EMULATED_DEVICE_H
#define NONNEG_EMULATED_DEVICE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct nonneg_emu_transfer {
  uint64_t operations;
  uint64_t bytes;
};

/* What was made and not destroyed since. */
struct nonneg_emu_objects {
  int device_allocations, pinned_allocations;
  int streams, events, graphs, executable_graphs, blas_handles;
  int blocking_streams_made; /* without cudaStreamNonBlocking, in all */
};

/* Counts since the start or the last nonneg_emu_reset_ledger. */
struct nonneg_emu_totals {
  struct nonneg_emu_transfer h2d_pinned, h2d_pageable, d2h_pinned, d2h_pageable, d2d, memset;
  uint64_t kernel_launches;
  uint64_t kernel_bytes_loaded, kernel_bytes_stored; /* global memory */
  uint64_t kernel_instructions;
  uint64_t blas_calls;
  double blas_flops, blas_operand_bytes;
  uint64_t graph_launches;
  uint64_t host_waits;
  /* Of the whole process, also when a phase is asked for: */
  uint64_t graphs_instantiated;
  uint64_t allocations, frees;     /* device memory */
  uint64_t live_bytes, peak_bytes; /* device memory */
  uint64_t pinned_allocations, pinned_bytes;
  uint64_t most_pending; /* operations in the queue at once */
};

struct nonneg_emu_kernel_counts {
  uint64_t launches, bytes_loaded, bytes_stored, instructions;
};

struct nonneg_emu_blas_counts {
  uint64_t calls;
  double flops, operand_bytes;
};

/* The n-th failable call from here on fails; 0: none. The count starts anew. */
void nonneg_emu_fail_at(uint64_t n);
/* Failable calls since the start or the last nonneg_emu_fail_at. */
uint64_t nonneg_emu_failable_calls(void);
/* The call that was made to fail since the last nonneg_emu_fail_at, after the NVTX range that it
 * was in: "cudaMalloc", "drain/cudaStreamSynchronize"; "" for none. */
size_t nonneg_emu_failed_call(char* buffer, size_t capacity);

/* Whether the call that was made to fail came while a stream was captured, or was to begin or end a
 * capture or to instantiate its graph. */
int nonneg_emu_failed_while_recording(void);
/* The next captures, so many, are invalid from their second operation on, as if another thread had
 * waited for the device then. */
void nonneg_emu_spoil_captures(int count);

/* Device allocations may take this many bytes in all, on each device. */
void nonneg_emu_set_free_memory(uint64_t bytes);

/* Whether products of matrices that are computed from here on are added up as by
 * NONNEG_EMU_BLAS=device. Returns whether they were before. */
int nonneg_emu_set_device_sums(int enabled);

/* From here on there are `count` devices, all usable, none with a context; the calling thread is on
 * device 0. */
void nonneg_emu_set_devices(int count);
/* condition: "usable", "exclusive" (another process holds it) or "broken": making a context on
 * these two fails; or "no code": kernels fail there. Allocations may take `free_bytes` there in
 * all. 0: done, 1: no such device or condition. */
int nonneg_emu_set_device(int device, const char* condition, uint64_t free_bytes);
/* Bit d is set where device d has a context: since the start, or since nonneg_emu_set_devices. */
uint32_t nonneg_emu_contexts(void);

/* order: "late", "eager" or "random"; the seed is for random. 0: done, 1: no such order. */
int nonneg_emu_set_order(const char* order, unsigned seed);
/* Threads and blocks of later launches run in an order drawn from the seed; 0 for enabled:
 * ascending. */
void nonneg_emu_shuffle_threads(int enabled, unsigned seed);

/* phase: an NVTX range ("sweep", "sweep/update"), "" for what is outside of any, NULL for
 * everything. 0: done, 1: no such phase (then all counts of the phase are 0). */
int nonneg_emu_read_totals(const char* phase, struct nonneg_emu_totals* totals);
/* Sums over kernels whose mangled name, or cuBLAS calls whose name, contains `part`. Returns how
 * many match. */
int nonneg_emu_read_kernels(const char* part, struct nonneg_emu_kernel_counts* counts);
int nonneg_emu_read_blas(const char* part, struct nonneg_emu_blas_counts* counts);
size_t nonneg_emu_ledger_json(char* buffer, size_t capacity);
void nonneg_emu_reset_ledger(void);

/* Live device allocations; their bytes go to `bytes` unless it is NULL. */
int nonneg_emu_live_allocations(uint64_t* bytes);

void nonneg_emu_read_objects(struct nonneg_emu_objects* objects);
/* Runs whatever nothing has waited for: what of it uses memory that is gone becomes a finding. */
void nonneg_emu_run_pending(void);

int nonneg_emu_finding_count(void);
/* The findings, one a line. Forgets them when the buffer held all: the exit status no longer counts
 * them. */
size_t nonneg_emu_take_findings(char* buffer, size_t capacity);

/* Forgets the last and the sticky error, as a new process would. */
void nonneg_emu_clear_errors(void);

#ifdef __cplusplus
} /* extern "C" */

#include <dlfcn.h>

#include <string>

namespace nonneg::emulated {

/// The functions above, found at run time. Only present() may be called where the emulated device
/// is absent.
class Control {
 public:
  static bool present() { return dlsym(RTLD_DEFAULT, "nonneg_emu_read_totals") != nullptr; }

  static void fail_at(uint64_t n) {
    call<decltype(&::nonneg_emu_fail_at)>("nonneg_emu_fail_at")(n);
  }
  static uint64_t failable_calls() {
    return call<decltype(&::nonneg_emu_failable_calls)>("nonneg_emu_failable_calls")();
  }
  static std::string failed_call() {
    return text(call<decltype(&::nonneg_emu_failed_call)>("nonneg_emu_failed_call"));
  }
  static bool failed_while_recording() {
    return call<decltype(&::nonneg_emu_failed_while_recording)>(
               "nonneg_emu_failed_while_recording")() != 0;
  }
  static void spoil_captures(int count) {
    call<decltype(&::nonneg_emu_spoil_captures)>("nonneg_emu_spoil_captures")(count);
  }
  static void set_free_memory(uint64_t bytes) {
    call<decltype(&::nonneg_emu_set_free_memory)>("nonneg_emu_set_free_memory")(bytes);
  }
  static bool set_device_sums(bool enabled) {
    return call<decltype(&::nonneg_emu_set_device_sums)>("nonneg_emu_set_device_sums")(
               enabled ? 1 : 0) != 0;
  }
  static void set_devices(int count) {
    call<decltype(&::nonneg_emu_set_devices)>("nonneg_emu_set_devices")(count);
  }
  static bool set_device(int device, const char* condition, uint64_t free_bytes) {
    return call<decltype(&::nonneg_emu_set_device)>("nonneg_emu_set_device")(device, condition,
                                                                             free_bytes) == 0;
  }
  static uint32_t contexts() {
    return call<decltype(&::nonneg_emu_contexts)>("nonneg_emu_contexts")();
  }
  static bool set_order(const char* order, unsigned seed) {
    return call<decltype(&::nonneg_emu_set_order)>("nonneg_emu_set_order")(order, seed) == 0;
  }
  static void shuffle_threads(bool enabled, unsigned seed) {
    call<decltype(&::nonneg_emu_shuffle_threads)>("nonneg_emu_shuffle_threads")(enabled ? 1 : 0,
                                                                                seed);
  }
  static nonneg_emu_totals totals(const char* phase = nullptr) {
    nonneg_emu_totals t{};
    call<decltype(&::nonneg_emu_read_totals)>("nonneg_emu_read_totals")(phase, &t);
    return t;
  }
  static nonneg_emu_kernel_counts kernels(const char* part) {
    nonneg_emu_kernel_counts c{};
    call<decltype(&::nonneg_emu_read_kernels)>("nonneg_emu_read_kernels")(part, &c);
    return c;
  }
  static nonneg_emu_blas_counts blas(const char* part) {
    nonneg_emu_blas_counts c{};
    call<decltype(&::nonneg_emu_read_blas)>("nonneg_emu_read_blas")(part, &c);
    return c;
  }
  static std::string ledger_json() {
    return text(call<decltype(&::nonneg_emu_ledger_json)>("nonneg_emu_ledger_json"));
  }
  static void reset_ledger() {
    call<decltype(&::nonneg_emu_reset_ledger)>("nonneg_emu_reset_ledger")();
  }
  static int live_allocations(uint64_t* bytes = nullptr) {
    return call<decltype(&::nonneg_emu_live_allocations)>("nonneg_emu_live_allocations")(bytes);
  }
  static nonneg_emu_objects objects() {
    nonneg_emu_objects o{};
    call<decltype(&::nonneg_emu_read_objects)>("nonneg_emu_read_objects")(&o);
    return o;
  }
  static void run_pending() {
    call<decltype(&::nonneg_emu_run_pending)>("nonneg_emu_run_pending")();
  }
  static int finding_count() {
    return call<decltype(&::nonneg_emu_finding_count)>("nonneg_emu_finding_count")();
  }
  /// One a line; forgotten, so that the exit status does not count them.
  static std::string take_findings() {
    return text(call<decltype(&::nonneg_emu_take_findings)>("nonneg_emu_take_findings"));
  }
  static void clear_errors() {
    call<decltype(&::nonneg_emu_clear_errors)>("nonneg_emu_clear_errors")();
  }

 private:
  template <class Function>
  static Function call(const char* name) {
    return reinterpret_cast<Function>(dlsym(RTLD_DEFAULT, name));
  }
  static std::string text(size_t (*read)(char*, size_t)) {
    std::string out(read(nullptr, 0), '\0');
    read(out.data(), out.size());
    out.pop_back();  // the terminator
    return out;
  }
};

}  // namespace nonneg::emulated
#endif

#endif /* NONNEG_EMULATED_DEVICE_H */
