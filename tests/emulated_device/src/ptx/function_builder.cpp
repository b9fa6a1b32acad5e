// SPDX-License-Identifier: Apache-2.0
#include "function_builder.hpp"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cstdlib>

#include "../exec/instructions.hpp"
#include "../findings.hpp"
#include "../text.hpp"
#include "lexing.hpp"
#include "mnemonic.hpp"
#include "reader.hpp"

namespace nonneg::emulated::ptx {
namespace {

const std::unordered_map<std::string, Special>& special_registers() {
  static const std::unordered_map<std::string, Special> kNames = {
      {"%tid.x", Special::TidX},
      {"%tid.y", Special::TidY},
      {"%tid.z", Special::TidZ},
      {"%ntid.x", Special::NtidX},
      {"%ntid.y", Special::NtidY},
      {"%ntid.z", Special::NtidZ},
      {"%ctaid.x", Special::CtaidX},
      {"%ctaid.y", Special::CtaidY},
      {"%ctaid.z", Special::CtaidZ},
      {"%nctaid.x", Special::NctaidX},
      {"%nctaid.y", Special::NctaidY},
      {"%nctaid.z", Special::NctaidZ},
      {"%laneid", Special::LaneId},
      {"%warpid", Special::WarpId},
      {"%nwarpid", Special::WarpCount},
      {"%smid", Special::Zero},
      {"%nsmid", Special::MultiprocessorCount},
      {"%gridid", Special::Zero},
      {"%clock", Special::Clock},
      {"%clock64", Special::Clock},
      {"%globaltimer", Special::Clock},
      {"%globaltimer_lo", Special::Clock},
      {"%lanemask_eq", Special::LaneMaskEq},
      {"%lanemask_lt", Special::LaneMaskLt},
      {"%lanemask_le", Special::LaneMaskLe},
      {"%lanemask_gt", Special::LaneMaskGt},
      {"%lanemask_ge", Special::LaneMaskGe},
      {"%dynamic_smem_size", Special::DynamicSharedSize},
      {"%total_smem_size", Special::TotalSharedSize},
      {"%cluster_ctarank", Special::Zero},
      {"%cluster_nctarank", Special::One},
      {"%is_explicit_cluster", Special::Zero},
      {"%envreg1", Special::GridWorkspaceHigh},
      {"%envreg2", Special::GridWorkspaceLow}};
  return kNames;
}

/// The type a literal in operand `index` has: most operands have the instruction's, some the source
/// type's.
Type operand_type(const Instruction& in, std::size_t index) {
  switch (in.opcode) {
    case Opcode::Cvt:
      return index == 1 ? in.source_type : in.type;
    case Opcode::Set:
      return index >= 1 ? in.source_type : in.type;
    case Opcode::Slct:
      return index == 3 ? in.source_type : in.type;
    case Opcode::Shl:
    case Opcode::Shr:
      return index == 2 ? Type::U32 : in.type;
    default:
      return in.type;
  }
}

/// "bra.uni L" -> 7: where the mnemonic ends. Colons belong to it only in pairs (shared::cta).
std::size_t mnemonic_length(const std::string& s) {
  std::size_t end = 0;
  while (end < s.size() &&
         (is_identifier(s[end]) || s[end] == '.' ||
          (s[end] == ':' && ((end + 1 < s.size() && s[end + 1] == ':') || s[end - 1] == ':'))))
    ++end;
  return end;
}

std::string inside(const std::string& text, char close) {
  return trim(text.substr(1, text.rfind(close) - 1));
}

}  // namespace

std::uint64_t reserve(std::uint64_t& window_size, const Variable& variable) {
  const auto alignment = static_cast<std::uint64_t>(variable.alignment);
  const std::uint64_t offset = (window_size + alignment - 1) / alignment * alignment;
  window_size = offset + variable.size;
  return offset;
}

void FunctionBuilder::fail(const std::string& what) const {
  throw DeviceError(218, format("ptx %s, function %s, line %d: %s", module_.name.c_str(),
                                function_.name.c_str(), line_, what.c_str()));
}

const FunctionBuilder::Symbol* FunctionBuilder::find(const std::string& name) const {
  // NOLINTNEXTLINE(modernize-loop-convert): backwards
  for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope) {
    const auto found = scope->find(name);
    if (found != scope->end()) return &found->second;
  }
  return nullptr;
}

void FunctionBuilder::build() {
  scopes_.emplace_back();
  function_.shared_size = module_.common_shared_size;
  declare_parameters();
  line_ = function_.body_line;
  while (position_ < function_.body.size()) read_next();
  Instruction end;
  decode_mnemonic("ret", end);
  end.mnemonic = "ret (end of the function)";
  function_.code.push_back(end);
  resolve_labels();
  for (Instruction& in : function_.code) in.handler = select_handler(in);
  if (!function_.is_entry) module_.common_shared_size = function_.shared_size;
}

void FunctionBuilder::declare_parameters() {
  const auto declare = [&](Variable& v) {
    Symbol s;
    s.kernel_parameter = function_.is_entry;
    s.variable = v;
    scopes_.back()[v.name] = s;
  };
  if (function_.is_entry) {
    std::uint64_t size = 0;
    for (Variable& v : function_.parameters) {
      v.address = reserve(size, v);
      declare(v);
    }
    return;
  }
  for (auto* list : {&function_.returns, &function_.parameters})
    for (Variable& v : *list) {
      function_.param_size = (function_.param_size + 15) / 16 * 16;
      v.address = function_.param_size;
      function_.param_size += v.size;
      declare(v);
    }
}

void FunctionBuilder::declare_registers(const std::string& declaration) {
  std::string names;
  for (const std::string& word : split_words(declaration))
    if (word[0] != '.') names += word + " ";
  for (const std::string& name : split_list(names)) {
    const std::size_t bracket = name.find('<');
    const int count = bracket == std::string::npos ? 1 : std::atoi(name.c_str() + bracket + 1);
    for (int i = 0; i < count; ++i) {
      Symbol s;
      s.is_register = true;
      s.reg = function_.register_count++;
      scopes_.back()[bracket == std::string::npos ? name
                                                  : name.substr(0, bracket) + std::to_string(i)] =
          s;
    }
  }
}

void FunctionBuilder::declare_variable(const std::string& declaration, Space space) {
  Symbol s;
  s.variable = parse_variable(declaration, space);
  if (space == Space::Local) {
    s.variable.address = reserve(function_.local_size, s.variable);
  } else if (space == Space::Param) {
    function_.param_size = (function_.param_size + 15) / 16 * 16;
    s.variable.address = reserve(function_.param_size, s.variable);
  } else {
    s.variable.address = reserve(function_.shared_size, s.variable);
  }
  scopes_.back()[s.variable.name] = s;
}

void FunctionBuilder::advance_to(std::size_t position) {
  const std::string& body = function_.body;
  position = std::min(position, body.size());
  line_ += static_cast<int>(std::count(body.begin() + static_cast<std::ptrdiff_t>(position_),
                                       body.begin() + static_cast<std::ptrdiff_t>(position), '\n'));
  position_ = position;
}

void FunctionBuilder::read_next() {
  const std::string& body = function_.body;
  const char c = body[position_];
  if (is_space(c) || c == ';') {
    advance_to(position_ + 1);
    return;
  }
  if (c == '{' || c == '}') {
    if (c == '{')
      scopes_.emplace_back();
    else
      scopes_.pop_back();
    advance_to(position_ + 1);
    return;
  }
  if (c != '.' && read_label()) return;
  if (body.compare(position_, 5, ".file") == 0 ||
      (body.compare(position_, 4, ".loc") == 0 && is_space(body[position_ + 4]))) {
    read_location();
    return;
  }
  const std::size_t end = body.find(';', position_);
  if (end == std::string::npos) fail("a statement without its ;");
  const std::string statement = body.substr(position_, end - position_);
  if (c == '.')
    read_directive(statement);
  else
    read_instruction(trim(statement));
  advance_to(end + 1);
}

bool FunctionBuilder::read_label() {
  const std::string& body = function_.body;
  std::size_t end = position_;
  while (end < body.size() && is_identifier(body[end])) ++end;
  std::size_t colon = end;
  while (colon < body.size() && (body[colon] == ' ' || body[colon] == '\t')) ++colon;
  if (end == position_ || colon >= body.size() || body[colon] != ':') return false;
  if (colon + 1 < body.size() && body[colon + 1] == ':') return false;
  const std::string label = body.substr(position_, end - position_);
  labels_[label] = static_cast<int>(function_.code.size());
  advance_to(colon + 1);
  std::size_t next = position_;
  while (next < body.size() && is_space(body[next])) ++next;
  if (body.compare(next, 14, ".branchtargets") == 0) {
    const std::size_t stop = body.find(';', next);
    branch_tables_[label] = split_list(body.substr(next + 14, stop - next - 14));
    advance_to(stop + 1);
  } else if (body.compare(next, 14, ".callprototype") == 0) {
    advance_to(body.find(';', next) + 1);
  }
  return true;
}

void FunctionBuilder::read_location() {
  const std::string& body = function_.body;
  if (body[position_ + 1] == 'l') {
    int file = 0, line = 0;
    std::sscanf(body.c_str() + position_ + 4, "%d %d", &file, &line);
    source_line_ = line;
  }
  advance_to(body.find('\n', position_));
}

void FunctionBuilder::read_directive(const std::string& statement) {
  std::size_t end = 0;
  while (end < statement.size() && !is_space(statement[end])) ++end;
  const std::string directive = statement.substr(0, end);
  const std::string rest = trim(statement.substr(end));
  if (directive == ".reg")
    declare_registers(rest);
  else if (directive == ".local" || directive == ".shared" || directive == ".param")
    declare_variable(rest, space_named(directive.substr(1)));
  else if (directive != ".pragma")
    fail("directive " + directive);
}

void FunctionBuilder::read_instruction(const std::string& statement) {
  Instruction in;
  in.line = line_;
  in.source_line = source_line_;
  std::string text = statement;
  if (text[0] == '@') {
    std::size_t end = 1;
    while (end < text.size() && !is_space(text[end])) ++end;
    std::string guard = text.substr(1, end - 1);
    if (guard[0] == '!') {
      in.guard_negated = true;
      guard = guard.substr(1);
    }
    const Symbol* predicate = find(guard);
    if (predicate == nullptr) fail("guard " + guard);
    in.guard = predicate->reg;
    text = trim(text.substr(end));
  }
  const std::size_t length = mnemonic_length(text);
  const std::string operands = trim(text.substr(length));
  if (!decode_mnemonic(text.substr(0, length), in)) {
    in.opcode = Opcode::Unsupported;
    in.mnemonic = text;
    function_.code.push_back(in);
    return;
  }
  if (in.opcode == Opcode::Call) {
    read_call(operands, in);
  } else if (in.opcode != Opcode::Nop && in.opcode != Opcode::Fence && !operands.empty()) {
    const auto items = split_list(operands);
    if (items.size() > in.operands.size()) fail("too many operands: " + text);
    for (std::size_t i = 0; i < items.size(); ++i) {
      label_text_.clear();
      in.operands[i] = operand(items[i], operand_type(in, i), in);
      if (!label_text_.empty()) branch_labels_[function_.code.size()] = label_text_;
    }
    in.operand_count = static_cast<std::uint8_t>(items.size());
    in.last_operand = items.back();
  }
  function_.code.push_back(std::move(in));
}

/// call(.uni) (returned), name, (arguments) [, prototype]
void FunctionBuilder::read_call(const std::string& operands, Instruction& in) {
  const auto parts = split_list(operands);
  std::size_t next = 0;
  if (parts[0][0] == '(') {
    for (const auto& item : split_list(inside(parts[0], ')')))
      in.call_returns.push_back(operand(item, Type::B64, in));
    next = 1;
  }
  in.operands[0] = operand(parts[next], Type::B64, in);
  in.operand_count = 1;
  in.last_operand = parts[next++];
  if (next < parts.size() && parts[next][0] == '(')
    for (const auto& item : split_list(inside(parts[next], ')')))
      if (!item.empty()) in.call_arguments.push_back(operand(item, Type::B64, in));
}

Operand FunctionBuilder::operand(const std::string& raw, Type type, Instruction& in) {
  const std::string text = trim(raw);
  if (text.empty()) fail("empty operand");
  if (text[0] == '!') return negated(operand(text.substr(1), type, in));
  if (text[0] == '{') return vector_operand(text, type, in);
  if (text[0] == '[') return address_operand(text, in);
  const std::size_t bar = text.find('|');
  if (bar != std::string::npos) return pair_operand(text, bar, type, in);
  if (text == "_") {
    Operand sink;
    sink.kind = Operand::Kind::Sink;
    return sink;
  }
  if (text[0] == '-' && text.size() > 1 && std::isdigit(static_cast<unsigned char>(text[1])) == 0)
    fail("negated operand " + text);
  if (const Symbol* symbol = find(text)) return symbol_operand(*symbol);
  return named_operand(text, type, in);
}

Operand FunctionBuilder::negated(Operand o) const {
  if (o.kind == Operand::Kind::Register)
    o.kind = Operand::Kind::NegatedRegister;
  else if (o.kind == Operand::Kind::NegatedRegister)
    o.kind = Operand::Kind::Register;
  else if (o.kind == Operand::Kind::Immediate)
    o.value = (o.value & 1) ^ 1;
  else
    fail("! before what is no predicate");
  return o;
}

Operand FunctionBuilder::vector_operand(const std::string& text, Type type, Instruction& in) {
  Operand o;
  o.kind = Operand::Kind::Vector;
  o.first_element = static_cast<std::uint8_t>(in.elements.size());
  for (const auto& item : split_list(inside(text, '}'))) {
    in.elements.push_back(operand(item, type, in));
    ++o.element_count;
  }
  return o;
}

/// [base], [base+8], [base+-8]; what follows a comma (a cache policy) is ignored.
Operand FunctionBuilder::address_operand(const std::string& text, Instruction& in) {
  std::string base = split_list(inside(text, ']'))[0];
  std::uint64_t offset = 0;
  const std::size_t plus = base.find('+');
  const std::size_t minus = base.find('-', 1);
  if (plus != std::string::npos) {
    offset = literal_or_zero(base.substr(plus + 1), Type::S64);
    base = trim(base.substr(0, plus));
  } else if (minus != std::string::npos) {
    offset = 0 - literal_or_zero(base.substr(minus + 1), Type::S64);
    base = trim(base.substr(0, minus));
  }
  Operand o = operand(base, Type::B64, in);
  if (o.kind == Operand::Kind::Register)
    o.value = offset;
  else
    o.value += offset;
  return o;
}

Operand FunctionBuilder::pair_operand(const std::string& text, std::size_t bar, Type type,
                                      Instruction& in) {
  Operand first = operand(text.substr(0, bar), type, in);
  const Operand second = operand(text.substr(bar + 1), type, in);
  if (second.kind == Operand::Kind::Register) first.second_reg = second.reg;
  return first;
}

Operand FunctionBuilder::symbol_operand(const Symbol& symbol) const {
  Operand o;
  if (symbol.is_register) {
    o.kind = Operand::Kind::Register;
    o.reg = symbol.reg;
    return o;
  }
  o.value = symbol.variable.address;
  if (symbol.variable.space == Space::Local)
    o.kind = Operand::Kind::Local;
  else if (symbol.variable.space == Space::Param)
    o.kind = symbol.kernel_parameter ? Operand::Kind::KernelParam : Operand::Kind::Param;
  else
    o.kind = Operand::Kind::Immediate;
  return o;
}

/// Special registers, module variables, functions, literals, and labels for what is nothing else.
Operand FunctionBuilder::named_operand(const std::string& text, Type type, Instruction& in) {
  Operand o;
  const auto special = special_registers().find(text);
  if (special != special_registers().end()) {
    o.kind = Operand::Kind::Special;
    o.special = special->second;
    return o;
  }
  const std::size_t plus = text.find('+');
  if (plus != std::string::npos) {
    o = operand(text.substr(0, plus), type, in);
    o.value += literal_or_zero(text.substr(plus + 1), Type::S64);
    return o;
  }
  const auto variable = module_.variables.find(text);
  if (variable != module_.variables.end()) {
    o.kind =
        variable->second.dynamic_shared ? Operand::Kind::DynamicShared : Operand::Kind::Immediate;
    o.value = variable->second.address;
    return o;
  }
  const auto function = module_.functions.find(text);
  if (function != module_.functions.end()) {
    o.kind = Operand::Kind::FunctionAddress;
    o.value = reinterpret_cast<std::uint64_t>(function->second.get());
    return o;
  }
  if (const auto number = literal(text, type)) {
    o.kind = Operand::Kind::Immediate;
    o.value = *number;
    return o;
  }
  if (text[0] == '%') fail("unknown register " + text);
  o.kind = Operand::Kind::Label;
  label_text_ = text;
  return o;
}

void FunctionBuilder::resolve_labels() {
  const auto position_of = [&](const std::string& label) {
    const auto found = labels_.find(label);
    if (found == labels_.end()) fail("label " + label);
    return found->second;
  };
  for (const auto& [index, label] : branch_labels_) {
    Instruction& in = function_.code[index];
    if (in.opcode == Opcode::Bra)
      in.target = position_of(label);
    else if (in.opcode == Opcode::Brx)
      for (const auto& name : branch_tables_[label]) in.targets.push_back(position_of(name));
    else
      fail("unknown name " + label);
  }
}

}  // namespace nonneg::emulated::ptx
