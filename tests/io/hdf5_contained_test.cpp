// SPDX-License-Identifier: Apache-2.0
// Whatever becomes of the program that reads HDF5 files, its caller goes on. The damaged files are
// mutants of csr.h5ad, on which libhdf5 1.10 crashes, loops, or loops when it closes them.
#include <sys/stat.h>

#include <csignal>
#include <cstring>
#include <random>
#include <thread>

#include "io/hdf5_program.hpp"
#include "io/hdf5_reader.hpp"
#include "io/hdf5_reply_writer.hpp"
#include "nonneg/error.hpp"
#include "sparse_files.hpp"

namespace nonneg::test {
namespace {

constexpr std::uint64_t kMaxBytes = std::uint64_t{1} << 30U;
const std::string kNoPlace;

/// What is said of a file that `script`, in place of the program, has ended without an answer.
std::string words_after(const std::string& script) {
  const TemporaryDirectory directory;
  const std::string program = directory.write("program", "#!/bin/sh\n" + script + "\n");
  ::chmod(program.c_str(), 0700);
  const std::string path = "A.h5";
  const io::Hdf5Answer answer = io::run_hdf5_program(program, {path, kNoPlace, kMaxBytes, 10});
  return words_of<IoError>([&] { io::contents_of(answer.memory, path, answer.unfinished); });
}

TEST(ContainedHdf5, EndsInAnErrorHoweverItsReaderEnds) {
  EXPECT_EQ(words_after("kill -SEGV $$"),
            "A.h5: is damaged: libhdf5 crashes on it (Segmentation fault); copy the file again");
  EXPECT_EQ(words_after("kill -PROF $$"),
            "A.h5: is damaged: libhdf5 loops on it without end (no progress in 10 s of computing); "
            "copy the file again");
  EXPECT_EQ(
      words_after("kill -KILL $$"),
      "A.h5: cannot be read: nonneg-hdf5 was ended from outside (Killed), perhaps for want of "
      "memory; try again");
  EXPECT_EQ(words_after("exit 1"), "A.h5: cannot be read: nonneg-hdf5 ended with status 1");
  EXPECT_EQ(words_after("printf garbage >&3; exit 0"),
            "A.h5: cannot be read: nonneg-hdf5 ended with status 0");
}

TEST(ContainedHdf5, NamesAReaderOfAnotherVersion) {
  const TemporaryDirectory directory;
  const std::string program = directory.write("program", "#!/bin/sh\nexit 64\n");
  ::chmod(program.c_str(), 0700);
  EXPECT_EQ(
      words_of<NotAvailable>([&] {
        io::run_hdf5_program(program, {"A.h5", kNoPlace, kMaxBytes, 10});
      }),
      "A.h5: " + program +
          ", which reads HDF5 files, belongs to another version of nonneg; install nonneg anew");
}

TEST(ContainedHdf5, OfDamagedFilesIsAnErrorThatNamesThem) {
  constexpr double kSeconds = 0.1;
  for (const char* name : {"damaged_crash.h5ad", "damaged_loop.h5ad", "damaged_close.h5ad"}) {
    const std::string path = sparse_file(name);
    try {
      io::read_hdf5(path, {}, kMaxBytes, kSeconds);
    } catch (const Error& error) {
      EXPECT_TRUE(std::string_view(error.what()).starts_with(path)) << error.what();
    }
  }
}

TEST(ContainedHdf5, IsReadWhereTheCallerIgnoresItsChildren) {
  const auto before = std::signal(SIGCHLD, SIG_IGN);
  const std::vector<std::string> names = MatrixFile::open(sparse_file("csr.h5ad")).row_names();
  std::signal(SIGCHLD, before);

  EXPECT_EQ(names, kCells);
}

TEST(ContainedHdf5, IsReadByManyThreadsAtOnce) {
  constexpr int kThreads = 6;
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  std::vector<int> good(kThreads, 0);
  for (int& count : good) {
    threads.emplace_back([&count] {
      for (const char* name : {"csr.h5ad", "csc.h5ad", "dense.h5ad"}) {
        count += MatrixFile::open(sparse_file(name)).row_names() == kCells ? 1 : 0;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(good, std::vector<int>(kThreads, 3));
}

/// Looks at all that an answer says.
void look_at(const io::MemoryMapping& memory) {
  try {
    const io::Hdf5Contents contents = io::contents_of(memory, "A.h5", "A.h5: unfinished");
    for (const ArrayView& array : {contents.values, contents.indices, contents.offsets}) {
      const auto* const bytes = static_cast<const volatile unsigned char*>(array.data());
      if (array.size() == 0 || bytes == nullptr) continue;
      (void)bytes[0];
      (void)bytes[static_cast<std::size_t>(array.size()) * element_size(array.type()) - 1];
    }
  } catch (const Error&) {
    return;
  }
}

TEST(ContainedHdf5, AnswersThatMakeNoSenseAreRefused) {
  const io::FileDescriptor shared = io::make_shared_memory("A.h5");
  io::Hdf5ReplyWriter writer(shared.get());
  io::Hdf5Contents contents;
  contents.data_set = "/X";
  contents.form = io::Hdf5Contents::Form::by_rows;
  contents.rows = 3;
  contents.cols = 4;
  contents.values = ArrayView(writer.reserve(80), ElementType::float64, 10);
  contents.indices = ArrayView(writer.reserve(40), ElementType::int32, 10);
  contents.offsets = ArrayView(writer.reserve(32), ElementType::int64, 4);
  contents.row_names = {"a", "b", "c"};
  writer.finish(contents);
  struct stat status {};
  ASSERT_EQ(::fstat(shared.get(), &status), 0);
  const io::MemoryMapping memory(shared.get(), 0, static_cast<std::uint64_t>(status.st_size), true);
  ASSERT_TRUE(memory);
  EXPECT_EQ(io::contents_of(memory, "A.h5", {}).row_names, contents.row_names);

  const std::vector<std::byte> good(memory.data(), memory.data() + sizeof(io::Hdf5Reply));
  std::mt19937 random(1);
  for (int i = 0; i < 20000; ++i) {
    std::memcpy(memory.data(), good.data(), good.size());
    for (int changes = 0; changes < 2; ++changes) {
      const std::size_t at = random() % good.size();
      const auto value = random() % 3 == 0 ? std::byte{0xFF} : static_cast<std::byte>(random());
      memory.data()[at] = value;
    }
    look_at(memory);
  }
}

}  // namespace
}  // namespace nonneg::test
