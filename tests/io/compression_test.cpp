// SPDX-License-Identifier: Apache-2.0
#include "io/compression.hpp"

#ifdef NONNEG_HAS_LZMA
#include <lzma.h>
#endif
#ifdef NONNEG_HAS_ZSTD
#include <zstd.h>
#endif

#include "io_testing.hpp"
#include "nonneg/error.hpp"
#include "nonneg/matrix_file.hpp"

namespace nonneg::test {
namespace {

using io::Compression;
using Values = std::vector<double>;

constexpr std::uint64_t kRoom = 1 << 20;

/// The text whole, in two members, cut short, damaged, and with too little room.
void expect_inflates(const std::string& compressed, Compression compression,
                     const std::string& text) {
  EXPECT_EQ(io::compression_of(compressed), compression);
  EXPECT_EQ(io::decompress(compressed, compression, "A", kRoom).text(), text);
  EXPECT_EQ(io::decompress(compressed + compressed, compression, "A", kRoom).text(), text + text);
  EXPECT_NE(words_of<IoError>([&] {
              io::decompress(compressed.substr(0, compressed.size() - 5), compression, "A", kRoom);
            }).find("cut short"),
            std::string::npos);
  std::string damaged = compressed;
  damaged[damaged.size() / 2] = static_cast<char>(damaged[damaged.size() / 2] ^ 0x5A);
  EXPECT_THROW(io::decompress(damaged, compression, "A", kRoom), IoError);
  EXPECT_THROW(io::decompress(compressed, compression, "A", 10), OutOfMemory);
  EXPECT_NE(words_of<InvalidArgument>([&] {
              io::decompress("1,2\n", compression, "A", kRoom);
            }).find(io::extension_of(compression)),
            std::string::npos);
}

std::string table() {
  std::string text = "a,b\n";
  for (int i = 0; i < 500; ++i) text += std::to_string(i * 7919 % 1000) + ",2\n";
  return text;
}

#ifdef NONNEG_HAS_ZSTD
std::string zstd(const std::string& text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  ZSTD_CCtx* const context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  out.resize(ZSTD_compress2(context, out.data(), out.size(), text.data(), text.size()));
  ZSTD_freeCCtx(context);
  return out;
}

TEST(Compression, InflatesZstandard) { expect_inflates(zstd(table()), Compression::zstd, table()); }

TEST(Compression, ReadsATableUnderZstandard) {
  const TemporaryDirectory directory;
  const MatrixFile file = MatrixFile::open(directory.write("A.csv.zst", zstd("1,2\n")));
  EXPECT_EQ(file.format(), "csv.zst");
  EXPECT_EQ(entries<double>(file.view()), (Values{1, 2}));
}
#endif

#ifdef NONNEG_HAS_LZMA
std::string xz(const std::string& text) {
  std::string out(lzma_stream_buffer_bound(text.size()), '\0');
  std::size_t size = 0;
  lzma_easy_buffer_encode(6, LZMA_CHECK_CRC64, nullptr,
                          reinterpret_cast<const std::uint8_t*>(text.data()), text.size(),
                          reinterpret_cast<std::uint8_t*>(out.data()), &size, out.size());
  out.resize(size);
  return out;
}

TEST(Compression, InflatesXz) { expect_inflates(xz(table()), Compression::xz, table()); }

TEST(Compression, ReadsAnArrayUnderXz) {
  const TemporaryDirectory directory;
  const MatrixFile file = MatrixFile::open(directory.write(
      "A.npy.xz",
      xz(npy_bytes("{'descr':'|u1','fortran_order':False,'shape':(1,2)}", "\x03\x04"))));
  EXPECT_EQ(entries<std::uint8_t>(file.view()), (std::vector<std::uint8_t>{3, 4}));
}
#endif

}  // namespace
}  // namespace nonneg::test
