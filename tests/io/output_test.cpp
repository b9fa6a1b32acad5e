// Files and directories that appear whole, or not at all.
#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <vector>

#include "io/output_directory.hpp"
#include "io/output_file.hpp"
#include "io_testing.hpp"
#include "nonneg/error.hpp"
#include "support/disk_calls.hpp"

namespace nonneg::test {
namespace {

namespace fs = std::filesystem;

/// Keeps what it was told.
class Told final : public io::OutputGuard {
 public:
  void unfinished(const fs::path& path) override { names.push_back(path.filename().string()); }
  void finished(const fs::path& path) override { std::erase(names, path.filename().string()); }

  std::vector<std::string> names;
};

void write(io::OutputFile& file, const std::string& text) {
  file.write_at(0, text.data(), text.size());
}

TEST(OutputFile, IsFlushedBeforeItGetsItsNameAndItsDirectoryAfter) {
  const TemporaryDirectory directory;
  const std::string path = directory.write("A", "older");
  for (const bool no_unnamed_files : {false, true}) {
    DiskCalls calls;
    calls.no_unnamed_files = no_unnamed_files;
    io::write_file(path, "text");
    expect_flushed_before_named(calls, path);
  }
  DiskCalls calls;
  io::OutputFile file(io::resolve_output(path), true, io::OutputGuard::none());
  write(file, "newer");
  file.commit();
  expect_flushed_before_named(calls, path);
  EXPECT_EQ(read_file(path), "newer");
  EXPECT_EQ(directory.entries(), 1U);
}

TEST(OutputFile, ThatCannotBeFlushedLeavesTheOlderOneAndNothingElse) {
  const TemporaryDirectory directory;
  const std::string path = directory.write("A", "older");
  for (const bool no_unnamed_files : {false, true}) {
    DiskCalls calls;
    calls.no_unnamed_files = no_unnamed_files;
    calls.flush_error = EIO;
    EXPECT_EQ(words_of<IoError>([&] { io::write_file(path, "text"); }),
              path + ": cannot write: Input/output error");
  }
  EXPECT_EQ(read_file(path), "older");
  EXPECT_EQ(directory.entries(), 1U);
}

TEST(OutputFile, OfAFileSystemWithoutNamelessFilesIsWrittenUnderAnotherName) {
  const TemporaryDirectory directory;
  DiskCalls calls;
  calls.no_unnamed_files = true;
  {
    io::OutputFile file(directory.file("A"));
    write(file, "text");
    EXPECT_FALSE(fs::exists(directory.file("A")));
    EXPECT_EQ(directory.entries(), 1U);
  }
  EXPECT_EQ(directory.entries(), 0U);
}

TEST(OutputFile, TellsTheGuardOfItsHiddenName) {
  const TemporaryDirectory directory;
  const io::OutputPath path = io::resolve_output(directory.file("A"));
  Told told;
  {
    io::OutputFile file(path, false, told);
    EXPECT_EQ(told.names, std::vector{path.partial.filename().string()});
  }
  EXPECT_TRUE(told.names.empty());
  EXPECT_EQ(directory.entries(), 0U);
  io::OutputFile file(path, false, told);
  write(file, "text");
  file.commit();
  EXPECT_TRUE(told.names.empty());
  EXPECT_EQ(read_file(directory.file("A")), "text");
}

TEST(OutputFile, IsKeptUnderItsHiddenNameWhenAnotherProgramTookItsName) {
  for (const bool no_rename_flags : {false, true}) {
    const TemporaryDirectory directory;
    const io::OutputPath path = io::resolve_output(directory.file("A"));
    DiskCalls calls;
    calls.no_rename_flags = no_rename_flags;
    Told told;
    {
      io::OutputFile file(path, false, told);
      write(file, "ours");
      directory.write("A", "theirs");
      EXPECT_EQ(words_of<IoError>([&] { file.commit(); }),
                path.given + ": was made by another program in the meantime; the result is in " +
                    path.partial.string());
    }
    EXPECT_EQ(read_file(directory.file("A")), "theirs");
    EXPECT_EQ(read_file(path.partial.string()), "ours");
    EXPECT_TRUE(told.names.empty());
  }
}

TEST(OutputDirectory, ReplacesAnOlderOneWhole) {
  for (const bool no_rename_flags : {false, true}) {
    const TemporaryDirectory directory;
    DiskCalls calls;
    calls.no_rename_flags = no_rename_flags;
    Told told;
    for (const char* name : {"first", "second"}) {
      io::OutputDirectory output(io::resolve_output(directory.file("D")), told);
      output.make();
      EXPECT_EQ(told.names.size(), 1U);
      io::write_file((output.path().partial / name).string(), name);
      output.commit();
      EXPECT_TRUE(told.names.empty());
    }
    EXPECT_EQ(directory.entries(), 1U);
    EXPECT_EQ(read_file(directory.file("D/second")), "second");
    EXPECT_FALSE(fs::exists(directory.file("D/first")));
  }
}

TEST(OutputDirectory, IsFlushedWithItsFilesBeforeItGetsItsName) {
  const TemporaryDirectory directory;
  io::OutputDirectory output(io::resolve_output(directory.file("D")), io::OutputGuard::none());
  output.make();
  io::write_file((output.path().partial / "A").string(), "text");
  DiskCalls calls;
  output.commit();
  expect_flushed_before_named(calls, fs::canonical(directory.file("D")).string());
}

TEST(OutputDirectory, ThatCannotBeFlushedLeavesNothing) {
  const TemporaryDirectory directory;
  {
    io::OutputDirectory output(io::resolve_output(directory.file("D")), io::OutputGuard::none());
    output.make();
    DiskCalls calls;
    calls.flush_error = EIO;
    EXPECT_THROW(output.commit(), IoError);
  }
  EXPECT_EQ(directory.entries(), 0U);
}

}  // namespace
}  // namespace nonneg::test
