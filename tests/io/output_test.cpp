// SPDX-License-Identifier: Apache-2.0
// Files and directories that appear whole, or not at all.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <vector>

#include "io/output_directory.hpp"
#include "io/output_file.hpp"
#include "io/unfinished.hpp"
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

TEST(OutputFile, IsSetAsideWhenAnotherProgramTookItsName) {
  for (const bool no_rename_flags : {false, true}) {
    const TemporaryDirectory directory;
    const io::OutputPath path = io::resolve_output(directory.file("A.npy"));
    const std::string aside = path.target.parent_path() / "A.result-1.npy";
    directory.write("A.result.npy", "kept before");
    DiskCalls calls;
    calls.no_rename_flags = no_rename_flags;
    Told told;
    {
      io::OutputFile file(path, false, told);
      write(file, "ours");
      directory.write("A.npy", "theirs");
      EXPECT_EQ(
          words_of<IoError>([&] { file.commit(); }),
          path.given + ": was made by another program in the meantime; the result is in " + aside);
    }
    EXPECT_EQ(read_file(directory.file("A.npy")), "theirs");
    EXPECT_EQ(read_file(aside), "ours");
    EXPECT_EQ(read_file(directory.file("A.result.npy")), "kept before");
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

/// Leaves behind what a maker of the file `name` and the directory `name`.d leaves that is killed.
void leave(const TemporaryDirectory& directory, const std::string& name) {
  const pid_t child = ::fork();
  if (child == 0) {
    const std::string path = directory.file(name);
    io::OutputFile file(io::resolve_output(path), true, io::OutputGuard::none());
    io::OutputDirectory made(io::resolve_output(path + ".d"), io::OutputGuard::none());
    made.make();
    ::_exit(directory.entries() == 2 ? 0 : 1);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  ASSERT_EQ(status, 0);
}

TEST(Unfinished, OfAProcessThatWasKilledIsRemovedByTheNextOfItsName) {
  const TemporaryDirectory directory;
  leave(directory, "A.npy");
  ASSERT_EQ(directory.entries(), 2U);
  (void)io::resolve_output_file(directory.file("B.npy"), false);
  EXPECT_EQ(directory.entries(), 2U) << "of another name";
  (void)io::resolve_output_file(directory.file("A.npy"), false);
  EXPECT_EQ(directory.entries(), 1U);
  const io::OutputDirectory next(io::resolve_output(directory.file("A.npy.d")),
                                 io::OutputGuard::none());
  EXPECT_EQ(directory.entries(), 0U);
}

TEST(Unfinished, IsLeftAloneWhileItIsMadeAndOnOtherMachines) {
  const TemporaryDirectory directory;
  io::OutputFile file(io::resolve_output(directory.file("A.npy")), true, io::OutputGuard::none());
  io::OutputDirectory made(io::resolve_output(directory.file("D")), io::OutputGuard::none());
  made.make();
  directory.write(".A.npy.partial-another_machine-1", "");
  directory.write(".A.npy.partial-notes", "");
  (void)io::resolve_output_file(directory.file("A.npy"), false);
  const io::OutputDirectory next(io::resolve_output(directory.file("D")), io::OutputGuard::none());
  EXPECT_EQ(directory.entries(), 4U);
  write(file, "text");
  file.commit();
  made.commit();
  EXPECT_EQ(read_file(directory.file("A.npy")), "text");
  EXPECT_TRUE(fs::is_directory(directory.file("D")));
}

TEST(Unfinished, OfAProcessWithTheSameNumberIsInNobodysWay) {
  const TemporaryDirectory directory;
  const io::OutputPath path = io::resolve_output(directory.file("D"));
  fs::create_directory(path.partial);
  const std::string kept = directory.write(path.partial.filename().string() + ".old", "a run");
  for (int twice = 0; twice < 2; ++twice) {
    io::OutputDirectory made(io::resolve_output(directory.file("D")), io::OutputGuard::none());
    made.make();
    EXPECT_EQ(made.path().partial, path.partial.string() + "-1");
    made.commit();
  }
  EXPECT_TRUE(fs::exists(path.partial)) << "beside what replacing it had set aside";
  fs::remove(kept);
  const io::OutputDirectory next(io::resolve_output(directory.file("D")), io::OutputGuard::none());
  EXPECT_FALSE(fs::exists(path.partial));
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
