// SPDX-License-Identifier: Apache-2.0
#include "types.hpp"

#include <unordered_map>

namespace nonneg::emulated::ptx {

Type type_named(std::string_view name) {
  static const std::unordered_map<std::string_view, Type> kTypes = {
      {"b8", Type::B8},     {"u8", Type::U8},       {"s8", Type::S8},         {"b16", Type::B16},
      {"u16", Type::U16},   {"s16", Type::S16},     {"f16", Type::F16},       {"bf16", Type::BF16},
      {"b32", Type::B32},   {"u32", Type::U32},     {"s32", Type::S32},       {"f32", Type::F32},
      {"b64", Type::B64},   {"u64", Type::U64},     {"s64", Type::S64},       {"f64", Type::F64},
      {"pred", Type::Pred}, {"f16x2", Type::F16x2}, {"bf16x2", Type::BF16x2}, {"b128", Type::B128}};
  const auto found = kTypes.find(name);
  return found == kTypes.end() ? Type::None : found->second;
}

Space space_named(std::string_view name) {
  if (name == "global") return Space::Global;
  if (name.starts_with("shared")) return Space::Shared;
  if (name == "local") return Space::Local;
  if (name.starts_with("param")) return Space::Param;
  if (name == "const") return Space::Const;
  return Space::Generic;
}

}  // namespace nonneg::emulated::ptx
