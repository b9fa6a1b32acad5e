// SPDX-License-Identifier: Apache-2.0
#include "reader.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <set>

#include "../findings.hpp"
#include "../memory/arena.hpp"
#include "function_builder.hpp"
#include "lexing.hpp"

namespace nonneg::emulated::ptx {
namespace {

/// A parameter list: ".param .u64 .ptr .align 8 name, ...".
std::vector<Variable> parse_parameters(const std::string& list) {
  std::vector<Variable> parameters;
  for (const std::string& item : split_list(list)) {
    if (item.empty()) continue;
    const auto words = split_words(item);
    std::string declaration;
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (words[i] == ".param" || words[i] == ".reg") continue;
      if (words[i] ==
          ".ptr") {  // says something about the memory pointed to, nothing about the parameter
        while (i + 1 < words.size() && words[i + 1][0] == '.')
          if (words[++i] == ".align") ++i;
        continue;
      }
      declaration += words[i] + " ";
    }
    parameters.push_back(parse_variable(declaration, Space::Param));
  }
  return parameters;
}

/// The variables that a text declares for itself alone: no .visible, .weak, .extern or .common
/// before the space.
std::set<std::string> private_variables(const std::string& text) {
  std::set<std::string> names;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::string line = text.substr(begin, end - begin);
    begin = end + 1;
    for (const char* space : {".global ", ".const "})
      if (line.starts_with(space))
        names.insert(
            parse_variable(line.substr(0, line.find(';')).substr(std::strlen(space)), Space::Global)
                .name);
  }
  return names;
}

/// Texts that are linked into one module may use the same name for different private variables:
/// here they get `suffix`.
std::string with_private_names(const std::string& text, const std::string& suffix) {
  const std::set<std::string> names = private_variables(text);
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i;
    while (end < text.size() && is_identifier(text[end])) ++end;
    if (end == i) {
      out += text[i++];
      continue;
    }
    const std::string word = text.substr(i, end - i);
    out += word;
    if (names.count(word) != 0) out += suffix;
    i = end;
  }
  return out;
}

class ModuleReader {
 public:
  ModuleReader(const std::string& text, const std::string& name)
      : text_(without_comments(text)), module_(std::make_unique<Module>()) {
    module_->name = name;
  }

  std::unique_ptr<Module> read() {
    while (position_ < text_.size()) {
      if (is_space(text_[position_]) || text_[position_] == ';')
        advance_to(position_ + 1);
      else if (at_line_directive())
        read_line_directive();
      else if (at(".section"))
        advance_to(text_.find('}', position_) + 1);
      else if (!read_statement())
        break;
    }
    for (const auto& [variable, values] : initialisers_) initialise(variable, values);
    build_functions();
    return std::move(module_);
  }

 private:
  bool at(const char* word) const { return text_.compare(position_, std::strlen(word), word) == 0; }

  void advance_to(std::size_t position) {
    position = std::min(position, text_.size());
    line_ +=
        static_cast<int>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(position_),
                                    text_.begin() + static_cast<std::ptrdiff_t>(position), '\n'));
    position_ = position;
  }

  bool at_line_directive() const {
    return at(".version") || at(".target") || at(".address_size") || at(".file") ||
           (at(".loc") && is_space(text_[position_ + 4]));
  }

  void read_line_directive() {
    const std::size_t end = std::min(text_.find('\n', position_), text_.size());
    if (at(".target")) {
      const std::size_t sm = text_.find("sm_", position_);
      if (sm != std::string::npos) module_->architecture = std::atoi(text_.c_str() + sm + 3);
    }
    position_ = end;
  }

  /// A function or a module variable. False at the end of the text.
  bool read_statement() {
    std::size_t end = position_;
    for (int depth = 0; end < text_.size(); ++end) {
      const char c = text_[end];
      if ((c == ';' || c == '{') && depth == 0) break;
      if (c == '(') ++depth;
      if (c == ')') --depth;
    }
    if (end >= text_.size()) return false;
    std::string head = text_.substr(position_, end - position_);
    if (head.find(".entry") != std::string::npos || head.find(".func") != std::string::npos) {
      read_function(head, end);
      return true;
    }
    if (text_[end] == '{') {  // a braced initialiser belongs to the statement
      int depth = 0;
      while (end < text_.size() && !(text_[end] == ';' && depth == 0)) {
        if (text_[end] == '{') ++depth;
        if (text_[end] == '}') --depth;
        ++end;
      }
      head = text_.substr(position_, end - position_);
    }
    advance_to(end + 1);
    read_variable(trim(head));
    return true;
  }

  static Function parse_head(const std::string& head) {
    Function f;
    const std::size_t entry = head.find(".entry");
    f.is_entry = entry != std::string::npos;
    std::string rest = trim(head.substr(f.is_entry ? entry + 6 : head.find(".func") + 5));
    if (rest.starts_with(".noreturn")) rest = trim(rest.substr(9));
    if (rest[0] == '(') {
      const std::size_t close = rest.find(')');
      f.returns = parse_parameters(rest.substr(1, close - 1));
      rest = trim(rest.substr(close + 1));
    }
    std::size_t end = 0;
    while (end < rest.size() && is_identifier(rest[end])) ++end;
    f.name = rest.substr(0, end);
    rest = trim(rest.substr(end));
    if (!rest.empty() && rest[0] == '(') {
      const std::size_t close = rest.find(')');
      f.parameters = parse_parameters(rest.substr(1, close - 1));
      rest = rest.substr(close + 1);
    }
    const std::size_t bounds = rest.find(".maxntid");
    if (bounds != std::string::npos) {
      int x = 1, y = 1, z = 1;
      std::sscanf(rest.c_str() + bounds + 8, " %d , %d , %d", &x, &y, &z);
      f.max_threads = x * y * z;
    }
    return f;
  }

  void read_function(const std::string& head, std::size_t end) {
    Function f = parse_head(head);
    advance_to(end);
    if (text_[end] == '{') {
      f.body_line = line_;
      f.is_defined = true;
      bool quoted = false;
      int depth = 0;
      for (; end < text_.size(); ++end) {
        if (text_[end] == '"') quoted = !quoted;
        if (quoted) continue;
        if (text_[end] == '{') ++depth;
        if (text_[end] == '}' && --depth == 0) break;
      }
      f.body = text_.substr(position_ + 1, end - position_ - 1);
    }
    advance_to(end + 1);
    auto& slot = module_->functions[f.name];
    if (!slot)
      slot = std::make_unique<Function>(std::move(f));
    else if (f.is_defined)
      *slot = std::move(f);  // in place: operands point at the object
  }

  void read_variable(const std::string& statement) {
    Space space = Space::Generic;
    bool external = false;
    std::string rest = statement;
    while (!rest.empty() && rest[0] == '.') {
      std::size_t end = 0;
      while (end < rest.size() && !is_space(rest[end])) ++end;
      const std::string word = rest.substr(1, end - 1);
      if (word != "visible" && word != "weak" && word != "common" && word != "extern") {
        space = space_named(word);
        if (space != Space::Generic) rest = trim(rest.substr(end));
        break;
      }
      if (word == "extern") external = true;
      rest = trim(rest.substr(end));
    }
    if (space == Space::Generic) return;  // .alias and what else has no storage
    const std::size_t attribute = rest.find(".attribute");
    if (attribute != std::string::npos)
      rest = rest.substr(0, attribute) + rest.substr(rest.find(')', attribute) + 1);
    Variable v = parse_variable(rest, space);
    if (space == Space::Shared) {
      v.dynamic_shared = external && v.size == 0;
      if (!v.dynamic_shared) v.address = reserve(module_->common_shared_size, v);
    } else {
      v.address = reinterpret_cast<std::uint64_t>(
          allocate_static(std::max<std::uint64_t>(v.size, 1), std::max(v.alignment, 16)));
      const std::size_t equals = statement.find('=');
      if (equals != std::string::npos) initialisers_.emplace_back(v, statement.substr(equals + 1));
    }
    module_->variables[v.name] = v;
  }

  /// The address of "name", "name+8", "generic(name)", or a literal.
  std::uint64_t initial_value(std::string text, Type type) const {
    if (text.starts_with("generic(")) text = trim(text.substr(8, text.find(')') - 8));
    if (const auto number = literal(text, type)) return *number;
    const std::size_t plus = text.find('+');
    const std::string name = trim(text.substr(0, plus));
    const std::uint64_t offset =
        plus == std::string::npos ? 0 : literal_or_zero(text.substr(plus + 1), Type::S64);
    const auto variable = module_->variables.find(name);
    if (variable != module_->variables.end()) return variable->second.address + offset;
    const auto function = module_->functions.find(name);
    return function == module_->functions.end()
               ? 0
               : reinterpret_cast<std::uint64_t>(function->second.get());
  }

  void initialise(const Variable& v, const std::string& values) const {
    auto* storage = reinterpret_cast<std::uint8_t*>(v.address);
    const auto element = static_cast<std::size_t>(size_of(v.type));
    std::size_t offset = 0;
    std::string item;
    const auto store = [&] {
      const std::string value_text = trim(item);
      item.clear();
      if (value_text.empty() || offset + element > v.size) return;
      const std::uint64_t value = initial_value(value_text, v.type);
      std::memcpy(storage + offset, &value, element);
      offset += element;
    };
    for (const char c : values) {
      if (c == '{' || c == '}' || c == ',')
        store();
      else
        item += c;
    }
    store();
  }

  /// Device functions first: their shared variables lie below those of every kernel.
  void build_functions() {
    for (const bool entries : {false, true})
      for (auto& [name, function] : module_->functions)
        if (function->is_defined && function->is_entry == entries)
          FunctionBuilder(*module_, *function).build();
    for (auto& [name, function] : module_->functions) {
      if (function->is_entry) continue;
      module_->has_callees = true;
      module_->callee_local_size += function->local_size * 8;  // recursion up to a depth of eight
    }
  }

  std::string text_;
  std::unique_ptr<Module> module_;
  std::size_t position_ = 0;
  int line_ = 1;
  std::vector<std::pair<Variable, std::string>> initialisers_;
};

}  // namespace

const Function* Module::kernel(const std::string& kernel_name) const {
  const auto found = functions.find(kernel_name);
  if (found == functions.end() || !found->second->is_entry || !found->second->is_defined)
    return nullptr;
  return found->second.get();
}

Variable parse_variable(const std::string& text, Space space) {
  Variable v;
  v.space = space;
  std::string head = text.substr(0, text.find('='));
  std::string dimensions;
  const std::size_t bracket = head.find('[');
  if (bracket != std::string::npos) {
    dimensions = head.substr(bracket);
    head.resize(bracket);
  }
  int width = 1;
  const auto words = split_words(head);
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == ".align") {
      if (++i < words.size()) v.alignment = std::atoi(words[i].c_str());
    } else if (words[i] == ".v2" || words[i] == ".v4") {
      width = words[i][2] - '0';
    } else if (words[i][0] == '.') {
      const Type type = type_named(std::string_view(words[i]).substr(1));
      if (type != Type::None) v.type = type;
    } else {
      v.name = words[i];
    }
  }
  std::uint64_t count = 1;
  while (!dimensions.empty() && dimensions[0] == '[') {
    const std::size_t close = dimensions.find(']');
    const std::string extent = trim(dimensions.substr(1, close - 1));
    count *= extent.empty() ? 0 : std::strtoull(extent.c_str(), nullptr, 0);
    dimensions = trim(dimensions.substr(close + 1));
  }
  const int element = size_of(v.type) * width;
  v.size = count * static_cast<std::uint64_t>(element);
  v.alignment = std::max(v.alignment, element);
  return v;
}

std::unique_ptr<Module> read_module(const std::vector<std::string>& texts,
                                    const std::string& name) {
  std::string all;
  for (std::size_t i = 0; i < texts.size(); ++i)
    all += (texts.size() > 1 ? with_private_names(texts[i], "$" + std::to_string(i)) : texts[i]) +
           "\n";
  return ModuleReader(all, name).read();
}

}  // namespace nonneg::emulated::ptx
