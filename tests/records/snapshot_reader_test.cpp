// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <fstream>

#include "records/directory_fixture.hpp"

namespace nonneg::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class Reader : public SnapshotDirectoryTest {
 protected:
  /// The words of the IoError that `action` throws.
  template <class Action>
  static std::string words_of(const Action& action) {
    try {
      action();
    } catch (const IoError& e) {
      return e.what();
    }
    return "no IoError";
  }

  std::string words_of_reading() const {
    return words_of([this] { (void)SnapshotDirectoryReader(path()); });
  }
};

TEST_F(Reader, FollowsADirectoryThatGrows) {
  const auto directory = create(small_run());
  SnapshotDirectoryReader reader(path());
  EXPECT_TRUE(reader.snapshots().empty());
  EXPECT_FALSE(reader.refresh());
  for (Index i = 0; i < 3; ++i) {
    add_snapshot<float>(*directory, small_run(), i);
    EXPECT_TRUE(reader.refresh());
    ASSERT_EQ(std::ssize(reader.snapshots()), i + 1);
    expect_whole(reader, static_cast<std::size_t>(i));
  }
  EXPECT_FALSE(reader.end());
  directory->end({.stop_reason = "converged", .message = {}});
  EXPECT_TRUE(reader.refresh());
  EXPECT_EQ(reader.end()->stop_reason, "converged");
}

TEST_F(Reader, WaitsForTheRestOfATornLastLine) {
  const std::string line =
      R"({"kind":"check","iteration":7,"seconds":1,"loss":2,"objective":2,"relative_error":0.5})";
  const auto directory = create(small_run());
  append_text(line.substr(0, 30));
  SnapshotDirectoryReader reader(path());
  EXPECT_TRUE(reader.checks().empty());
  append_text(line.substr(30));
  EXPECT_FALSE(reader.refresh());
  append_text("\n");
  EXPECT_TRUE(reader.refresh());
  EXPECT_EQ(reader.checks().at(0).iteration, 7);
}

TEST_F(Reader, PassesOverKindsOfALaterVersion) {
  (void)create(small_run());
  append_text("{\"kind\":\"note\",\"text\":\"hello\"}\n");
  EXPECT_TRUE(SnapshotDirectoryReader(path()).checks().empty());
}

TEST_F(Reader, SaysWhereThereAreNoSnapshots) {
  EXPECT_THAT(words_of_reading(), HasSubstr("is no directory"));
  fs::create_directory(path());
  EXPECT_THAT(words_of_reading(), HasSubstr("holds no snapshots.jsonl"));
  append_text("");
  EXPECT_THAT(words_of_reading(), HasSubstr("no complete line"));
  append_text("\x93NUMPY\n");
  EXPECT_THAT(words_of_reading(), HasSubstr("line 1: no JSON object"));
}

TEST_F(Reader, NamesTheLineThatItCannotUnderstand) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"kind":"check","iteration":)", "line 2: no JSON object"},
      {R"(["kind"])", "line 2: no JSON object"},
      {R"({"iteration":3})", "line 2: \"kind\" is missing"},
      {R"({"kind":"check","iteration":-3})", "line 2: \"iteration\" is no count"},
      {R"({"kind":"check","iteration":3,"seconds":"1"})", "line 2: \"seconds\" is no number"},
      {R"({"kind":"run","format":2})", "line 2: format 2 is not known"},
      {R"({"kind":"end","stop_reason":1})", "line 2: \"stop_reason\" is no text"},
      {R"({"kind":"snapshot","iteration":1,"seconds":1,"loss":1,"objective":1,"relative_error":1,)"
       R"("W":"../secret.npy","H":"H.npy","skipped":0})",
       "line 2: \"W\" is no file name"},
  };
  for (const auto& [line, words] : cases) {
    fs::remove_all(path());
    (void)create(small_run());
    append_text(std::string(line) + "\n");
    EXPECT_THAT(words_of_reading(), HasSubstr(words));
  }
}

TEST_F(Reader, GivesTheByteOffsetOfADamagedLine) {
  (void)create(small_run());
  const auto good = static_cast<std::int64_t>(fs::file_size(file("snapshots.jsonl")));
  append_text("{}\n");
  try {
    (void)SnapshotDirectoryReader(path());
    ADD_FAILURE() << "was not refused";
  } catch (const IoError& e) {
    EXPECT_EQ(e.byte_offset(), good);
    EXPECT_EQ(e.path(), file("snapshots.jsonl"));
  }
}

TEST_F(Reader, SaysWhichMatrixIsMissingCutShortOrOfAnotherShape) {
  const auto directory = create(small_run());
  for (Index i = 0; i < 3; ++i) add_snapshot<float>(*directory, small_run(), i);
  fs::remove(file("W-00000000.npy"));
  fs::resize_file(file("W-00000001.npy"), 130);
  fs::copy_file(file("H-00000002.npy"), file("W-00000002.npy"),
                fs::copy_options::overwrite_existing);
  const SnapshotDirectoryReader reader(path());
  EXPECT_THAT(words_of([&] { (void)reader.open_w(0); }), HasSubstr("W-00000000.npy"));
  EXPECT_THAT(words_of([&] { (void)reader.open_w(1); }), HasSubstr("W-00000001.npy"));
  EXPECT_THAT(words_of([&] { (void)reader.open_w(2); }), HasSubstr("is 2 x 3"));
}

TEST_F(Reader, NoticesThatAnotherRunTookTheDirectory) {
  (void)create(small_run());
  SnapshotDirectoryReader reader(path());
  (void)SnapshotDirectory::create(path(), small_run(), nullptr,
                                  SnapshotDirectory::IfPresent::replace);
  EXPECT_THAT(words_of([&] { reader.refresh(); }), HasSubstr("was replaced"));
}

}  // namespace
}  // namespace nonneg::test
