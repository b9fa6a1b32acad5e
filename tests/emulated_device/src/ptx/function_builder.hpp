// SPDX-License-Identifier: Apache-2.0
// From the text of a function's body to decoded instructions.
#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "program.hpp"

namespace nonneg::emulated::ptx {

/// Places a variable at the next aligned offset of a window and returns that offset.
std::uint64_t reserve(std::uint64_t& window_size, const Variable& variable);

class FunctionBuilder {
 public:
  FunctionBuilder(Module& module, Function& function) : module_(module), function_(function) {}

  void build();

 private:
  struct Symbol {
    bool is_register = false;
    int reg = 0;
    bool kernel_parameter = false;
    Variable variable;
  };
  using Scope = std::unordered_map<std::string, Symbol>;

  [[noreturn]] void fail(const std::string& what) const;
  const Symbol* find(const std::string& name) const;

  void declare_parameters();
  void declare_registers(const std::string& declaration);
  void declare_variable(const std::string& declaration, Space space);

  /// Consumes what starts at position_: white space, a brace, a label, a directive or an
  /// instruction.
  void read_next();
  bool read_label();
  void read_location();
  void read_directive(const std::string& statement);
  void read_instruction(const std::string& statement);
  void read_call(const std::string& operands, Instruction& in);
  void advance_to(std::size_t position);

  Operand operand(const std::string& text, Type type, Instruction& in);
  Operand vector_operand(const std::string& text, Type type, Instruction& in);
  Operand address_operand(const std::string& text, Instruction& in);
  Operand pair_operand(const std::string& text, std::size_t bar, Type type, Instruction& in);
  Operand symbol_operand(const Symbol& symbol) const;
  Operand named_operand(const std::string& text, Type type, Instruction& in);
  Operand negated(Operand o) const;

  void resolve_labels();

  Module& module_;
  Function& function_;
  std::vector<Scope> scopes_;
  std::map<std::string, int> labels_;
  std::map<std::string, std::vector<std::string>> branch_tables_;
  /// For each branch its label, or the name of its table.
  std::map<std::size_t, std::string> branch_labels_;
  std::string label_text_;
  std::size_t position_ = 0;
  int line_ = 0;
  int source_line_ = 0;
};

}  // namespace nonneg::emulated::ptx
