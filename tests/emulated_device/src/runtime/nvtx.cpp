// SPDX-License-Identifier: Apache-2.0
// NVTX ranges as phases of the ledger. NVTX is header-only: at its first use it loads the library
// that NVTX_INJECTION64_PATH names (run.sh sets it to this one) and calls InitializeInjectionNvtx2,
// which puts its own functions into NVTX's tables. Domains are not kept apart.
#include <nvtx3/nvToolsExt.h>

#include "api.hpp"
#include "ledger.hpp"

namespace nonneg::emulated {
namespace {

int push(const char* message) {
  push_phase(message != nullptr ? message : "(unnamed)");
  return 0;
}

int push_attributes(const nvtxEventAttributes_t* attributes) {
  const bool ascii = attributes != nullptr && attributes->messageType == NVTX_MESSAGE_TYPE_ASCII;
  return push(ascii ? attributes->message.ascii : nullptr);
}

int push_in_domain(nvtxDomainHandle_t, const nvtxEventAttributes_t* attributes) {
  return push_attributes(attributes);
}

int pop() { return pop_phase(); }
int pop_in_domain(nvtxDomainHandle_t) { return pop_phase(); }

/// Replaces entry `id` of a table, where the program's NVTX has that entry.
template <class Function>
void replace(NvtxFunctionTable table, unsigned size, unsigned id, Function function) {
  if (id < size && table[id] != nullptr)
    *table[id] = reinterpret_cast<NvtxFunctionPointer>(function);
}

}  // namespace
}  // namespace nonneg::emulated

using namespace nonneg::emulated;

NONNEG_EMU_EXPORT int InitializeInjectionNvtx2(NvtxGetExportTableFunc_t get_export_table) {
  const auto* callbacks =
      static_cast<const NvtxExportTableCallbacks*>(get_export_table(NVTX_ETID_CALLBACKS));
  if (callbacks == nullptr) return 0;
  NvtxFunctionTable table = nullptr;
  unsigned size = 0;
  if (callbacks->GetModuleFunctionTable(NVTX_CB_MODULE_CORE, &table, &size) != 0) {
    replace(table, size, NVTX_CBID_CORE_RangePushA, push);
    replace(table, size, NVTX_CBID_CORE_RangePushEx, push_attributes);
    replace(table, size, NVTX_CBID_CORE_RangePop, pop);
  }
  if (callbacks->GetModuleFunctionTable(NVTX_CB_MODULE_CORE2, &table, &size) != 0) {
    replace(table, size, NVTX_CBID_CORE2_DomainRangePushEx, push_in_domain);
    replace(table, size, NVTX_CBID_CORE2_DomainRangePop, pop_in_domain);
  }
  return 1;
}
