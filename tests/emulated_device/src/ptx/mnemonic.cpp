// SPDX-License-Identifier: Apache-2.0
#include "mnemonic.hpp"

#include <string_view>
#include <unordered_map>
#include <vector>

namespace nonneg::emulated::ptx {
namespace {

using NameMap = std::unordered_map<std::string_view, Opcode>;

const NameMap& opcodes() {
  static const NameMap kNames = {{"add", Opcode::Add},
                                 {"sub", Opcode::Sub},
                                 {"mul", Opcode::Mul},
                                 {"mad", Opcode::Mad},
                                 {"fma", Opcode::Fma},
                                 {"div", Opcode::Div},
                                 {"rem", Opcode::Rem},
                                 {"min", Opcode::Min},
                                 {"max", Opcode::Max},
                                 {"and", Opcode::And},
                                 {"or", Opcode::Or},
                                 {"xor", Opcode::Xor},
                                 {"not", Opcode::Not},
                                 {"cnot", Opcode::Cnot},
                                 {"shl", Opcode::Shl},
                                 {"shr", Opcode::Shr},
                                 {"shf", Opcode::Shf},
                                 {"neg", Opcode::Neg},
                                 {"abs", Opcode::Abs},
                                 {"sad", Opcode::Sad},
                                 {"popc", Opcode::Popc},
                                 {"clz", Opcode::Clz},
                                 {"brev", Opcode::Brev},
                                 {"bfind", Opcode::Bfind},
                                 {"bfe", Opcode::Bfe},
                                 {"bfi", Opcode::Bfi},
                                 {"prmt", Opcode::Prmt},
                                 {"lop3", Opcode::Lop3},
                                 {"bmsk", Opcode::Bmsk},
                                 {"szext", Opcode::Szext},
                                 {"setp", Opcode::Setp},
                                 {"set", Opcode::Set},
                                 {"selp", Opcode::Selp},
                                 {"slct", Opcode::Slct},
                                 {"mov", Opcode::Mov},
                                 {"cvt", Opcode::Cvt},
                                 {"cvta", Opcode::Cvta},
                                 {"ld", Opcode::Ld},
                                 {"ldu", Opcode::Ld},
                                 {"st", Opcode::St},
                                 {"atom", Opcode::Atom},
                                 {"red", Opcode::Red},
                                 {"bra", Opcode::Bra},
                                 {"brx", Opcode::Brx},
                                 {"call", Opcode::Call},
                                 {"ret", Opcode::Ret},
                                 {"exit", Opcode::Exit},
                                 {"bar", Opcode::Bar},
                                 {"barrier", Opcode::Bar},
                                 {"shfl", Opcode::Shfl},
                                 {"vote", Opcode::Vote},
                                 {"match", Opcode::Match},
                                 {"redux", Opcode::Redux},
                                 {"activemask", Opcode::ActiveMask},
                                 {"rcp", Opcode::Rcp},
                                 {"sqrt", Opcode::Sqrt},
                                 {"rsqrt", Opcode::Rsqrt},
                                 {"sin", Opcode::Sin},
                                 {"cos", Opcode::Cos},
                                 {"lg2", Opcode::Lg2},
                                 {"ex2", Opcode::Ex2},
                                 {"tanh", Opcode::Tanh},
                                 {"copysign", Opcode::Copysign},
                                 {"testp", Opcode::Testp},
                                 {"trap", Opcode::Trap},
                                 {"brkpt", Opcode::Trap},
                                 {"addc", Opcode::Addc},
                                 {"subc", Opcode::Subc},
                                 {"madc", Opcode::Madc},
                                 {"isspacep", Opcode::IsSpace},
                                 {"mul24", Opcode::Mul24},
                                 {"mad24", Opcode::Mad24},
                                 {"membar", Opcode::Fence},
                                 {"fence", Opcode::Fence},
                                 {"nanosleep", Opcode::Nop},
                                 {"prefetch", Opcode::Nop},
                                 {"prefetchu", Opcode::Nop},
                                 {"griddepcontrol", Opcode::Nop},
                                 {"pmevent", Opcode::Nop},
                                 {"discard", Opcode::Nop},
                                 {"applypriority", Opcode::Nop}};
  return kNames;
}

const std::unordered_map<std::string_view, Compare>& comparisons() {
  static const std::unordered_map<std::string_view, Compare> kNames = {
      {"eq", Compare::Eq},   {"ne", Compare::Ne},   {"lt", Compare::Lt},   {"le", Compare::Le},
      {"gt", Compare::Gt},   {"ge", Compare::Ge},   {"lo", Compare::Lt},   {"ls", Compare::Le},
      {"hi", Compare::Gt},   {"hs", Compare::Ge},   {"equ", Compare::EqU}, {"neu", Compare::NeU},
      {"ltu", Compare::LtU}, {"leu", Compare::LeU}, {"gtu", Compare::GtU}, {"geu", Compare::GeU},
      {"num", Compare::Num}, {"nan", Compare::NaN}};
  return kNames;
}

const std::unordered_map<std::string_view, Variant>& variants() {
  static const std::unordered_map<std::string_view, Variant> kNames = {
      {"add", Variant::Add},
      {"min", Variant::Min},
      {"max", Variant::Max},
      {"and", Variant::And},
      {"or", Variant::Or},
      {"xor", Variant::Xor},
      {"inc", Variant::Inc},
      {"dec", Variant::Dec},
      {"exch", Variant::Exch},
      {"cas", Variant::Cas},
      {"popc", Variant::Popc},
      {"up", Variant::Up},
      {"down", Variant::Down},
      {"bfly", Variant::Bfly},
      {"idx", Variant::Idx},
      {"all", Variant::All},
      {"any", Variant::Any},
      {"uni", Variant::Uni},
      {"ballot", Variant::Ballot},
      {"finite", Variant::Finite},
      {"infinite", Variant::Infinite},
      {"number", Variant::Number},
      {"normal", Variant::Normal},
      {"subnormal", Variant::Subnormal},
      {"l", Variant::Left},
      {"r", Variant::Right},
      {"notanumber", Variant::NotANumber}};
  return kNames;
}

std::vector<std::string_view> split_dots(std::string_view text) {
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('.', begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

bool multiplies(Opcode o) {
  return o == Opcode::Mul || o == Opcode::Mad || o == Opcode::Madc || o == Opcode::Mul24 ||
         o == Opcode::Mad24;
}

bool compares(Opcode o) { return o == Opcode::Setp || o == Opcode::Set; }

bool has_space(Opcode o) {
  return o == Opcode::Ld || o == Opcode::St || o == Opcode::Atom || o == Opcode::Red ||
         o == Opcode::Cvta || o == Opcode::IsSpace;
}

bool set_rounding(std::string_view m, Instruction& in) {
  static const std::unordered_map<std::string_view, Rounding> kModes = {
      {"rn", Rounding::Nearest}, {"rna", Rounding::Nearest}, {"rz", Rounding::Zero},
      {"rm", Rounding::Down},    {"rp", Rounding::Up},       {"rni", Rounding::Nearest},
      {"rzi", Rounding::Zero},   {"rmi", Rounding::Down},    {"rpi", Rounding::Up}};
  const auto found = kModes.find(m);
  if (found == kModes.end()) return false;
  in.rounding = found->second;
  in.integer_rounding = m.size() == 3 && m[2] == 'i';
  return true;
}

bool set_flag(std::string_view m, Instruction& in) {
  if (m == "ftz")
    in.flush = true;
  else if (m == "sat" || m == "satfinite")
    in.saturate = true;
  else if (m == "approx" || m == "full")
    in.approximate = true;
  else if (m == "cc")
    in.carry = true;
  else if (m == "volatile" || m == "relaxed" || m == "acquire" || m == "release" || m == "acq_rel")
    in.strong = true;
  else if (m == "v2" || m == "v4" || m == "v8")
    in.vector_width = static_cast<std::uint8_t>(m[1] - '0');
  else if (m == "NaN")
    in.propagate_nan = true;
  else if (m == "relu")
    in.relu = true;
  else if (m == "wrap")
    in.wrap = true;
  else if (m == "clamp")
    in.clamp = true;
  else if (m == "shiftamt")
    in.shift_amount = true;
  else if (m == "arrive")
    in.arrive = true;
  else if (m == "red" && in.opcode == Opcode::Bar)
    in.reduces = true;
  else if (m.starts_with("cluster"))
    in.cluster = true;
  else if (m == "to" && in.opcode == Opcode::Cvta)
    in.to_space = true;
  else
    return set_rounding(m, in);
  return true;
}

/// Modifiers whose meaning depends on the opcode: .lo of mul, of setp; .and of atom, of setp, of
/// bar.red.
void set_by_opcode(std::string_view m, Instruction& in) {
  if (multiplies(in.opcode) && (m == "lo" || m == "hi" || m == "wide")) {
    in.part = m == "lo" ? MulPart::Low : m == "hi" ? MulPart::High : MulPart::Wide;
    return;
  }
  if (compares(in.opcode)) {
    const auto comparison = comparisons().find(m);
    if (comparison != comparisons().end()) {
      in.compare = comparison->second;
      return;
    }
  }
  if (has_space(in.opcode)) {
    const Space space = space_named(m);
    if (space != Space::Generic) {
      in.space = space;
      return;
    }
  }
  const auto variant = variants().find(m);
  if (variant != variants().end()) in.variant = variant->second;
}

}  // namespace

bool decode_mnemonic(const std::string& mnemonic, Instruction& in) {
  in.mnemonic = mnemonic;
  const auto parts = split_dots(mnemonic);
  const auto opcode = opcodes().find(parts[0]);
  if (opcode == opcodes().end()) return false;
  in.opcode = opcode->second;
  if (in.opcode == Opcode::Bar && parts.size() > 1 && parts[1] == "warp")
    in.opcode = Opcode::BarWarp;
  if (in.opcode == Opcode::Nop || in.opcode == Opcode::Fence) return true;
  int types = 0;
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const Type type = type_named(parts[i]);
    if (type != Type::None) {
      if (types == 0) in.type = type;
      if (types == 1) in.source_type = type;
      ++types;
    } else if (!set_flag(parts[i], in)) {
      set_by_opcode(parts[i], in);
    }
  }
  if (types == 0 && (in.opcode == Opcode::Shfl || in.opcode == Opcode::Vote)) in.type = Type::B32;
  return true;
}

}  // namespace nonneg::emulated::ptx
