// Any text is a table whose every entry can be read, or InvalidArgument: with commas and with tabs.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "fuzz_target.hpp"
#include "io/csv_reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using nonneg::io::CsvDialect;
  using nonneg::io::MissingCells;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const CsvDialect dialect : {CsvDialect::comma, CsvDialect::tab}) {
    for (const MissingCells missing : {MissingCells::refused, MissingCells::nan}) {
      nonneg::fuzz::run([&] { return nonneg::io::read_csv(text, dialect, "fuzz.csv", missing); });
    }
  }
  return 0;
}
