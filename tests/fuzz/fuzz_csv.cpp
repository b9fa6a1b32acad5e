// SPDX-License-Identifier: Apache-2.0
// Any text is a table, or a list of triplets, whose every entry can be read, or InvalidArgument:
// however its cells, numbers and lines are said to be written.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "fuzz_target.hpp"
#include "io/csv_reader.hpp"
#include "io/triplet_reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using nonneg::io::CsvDialect;
  using nonneg::io::MissingCells;
  using nonneg::io::TableRequest;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  TableRequest blanks;
  blanks.table.delimiter = "space";
  blanks.table.comment = "#";
  TableRequest commas;
  commas.table.decimal = ',';
  commas.table.header = true;
  commas.table.index = 1;
  TableRequest tabs;
  tabs.dialect = CsvDialect::tab;
  for (TableRequest request : {TableRequest{}, tabs, blanks, commas}) {
    for (const MissingCells missing : {MissingCells::refused, MissingCells::nan}) {
      request.missing = missing;
      nonneg::fuzz::run([&] { return nonneg::io::read_csv(text, request, "fuzz.csv"); });
    }
  }
  TableRequest unknown;
  unknown.dialect = CsvDialect::unknown;
  nonneg::fuzz::run([&] { return nonneg::io::read_triplets(text, unknown, "fuzz"); });
  return 0;
}
