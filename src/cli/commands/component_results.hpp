// SPDX-License-Identifier: Apache-2.0
/// What is made of a run's components before they are written: how they are scaled and ordered, and
/// the tables of them.
#pragma once

#include <string>
#include <vector>

#include "cli/options/option_table.hpp"
#include "nonneg/components.hpp"
#include "nonneg/error.hpp"
#include "records/run_record.hpp"

namespace nonneg::cli {

struct ComponentArguments {
  Normalization normalize = Normalization::none;
  ComponentOrder order = ComponentOrder::none;
  bool tables = false;
  /// Features of each component in top.tsv.
  Index top = 20;
  bool top_given = false;
};

/// Declares --normalize, --order, --tables and --top under a heading of their own.
void add_components(OptionTable& table, ComponentArguments& components);

/// Throws InvalidArgument for a --top without tables, or below 1; and where some of them are given
/// to a `worker` (its I/N; else empty), which puts no result together.
void require_components(const ComponentArguments& components, const std::string& worker);

/// Scales and orders a result's components. Where a scale would leave the type, the factors stay as
/// the run left them, with a warning: a run that is over is not lost for that.
template <class T>
void arrange(Result<T>& result, const ComponentArguments& components) {
  try {
    normalize(result, components.normalize);
  } catch (const InvalidArgument& e) {
    result.warnings.push_back("the factors are not normalized: " + std::string(e.what()));
  }
  order(result, components.order);
}

/// Returns the tables, where they are asked for; else none. `result` and `input` must outlive them.
template <class T>
std::vector<records::TextFile> component_tables(const Result<T>& result,
                                                const ComponentArguments& components,
                                                const records::InputDescription& input);

/// Where the tables are, by the name that the user gave; nothing where there are none.
std::string table_line(const ComponentArguments& components, const std::string& out);

}  // namespace nonneg::cli
