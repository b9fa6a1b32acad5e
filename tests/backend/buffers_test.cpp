// SPDX-License-Identifier: Apache-2.0
// Lists of named buffers: what plans add up, and owners allocate from.
#include "backend/buffers.hpp"

#include <gtest/gtest.h>

#include "devices/make_backend.hpp"

namespace nonneg::test {
namespace {

Buffers example() {
  return {{"C", 43, 5},
          {"sums", 1, 14, Buffer::Entries::doubles},
          {"workspace", 1, 100, Buffer::Entries::bytes},
          {"P", 64, 5, Buffer::Entries::compute_type, true}};
}

TEST(BuffersTest, AddUpToTheBytesOfTheirEntries) {
  EXPECT_EQ(example().bytes(4), 43U * 5 * 4 + 14 * 8 + 100 + 64 * 5 * 4);
  EXPECT_EQ(example().bytes(8), 43U * 5 * 8 + 14 * 8 + 100 + 64 * 5 * 8);
}

TEST(BuffersTest, EachWorkerHasItsOwnWhereTheListSaysSo) {
  EXPECT_EQ(example().bytes(4, 3) - example().bytes(4, 1), 2U * 64 * 5 * 4);
  EXPECT_EQ(example().for_each_worker().bytes(4, 3), 3 * example().bytes(4, 1));
}

TEST(BuffersTest, ListsAreJoined) {
  Buffers both = example();
  both.add(Buffers{{"G", 5, 5}});
  EXPECT_EQ(both.bytes(4), example().bytes(4) + 5U * 5 * 4);
  EXPECT_EQ(both.list().size(), 5U);
}

TEST(BuffersTest, WhatNoMachineHasIsBoundedAndDoesNotWrapAround) {
  const Index huge = Index{1} << 45;
  EXPECT_EQ((Buffers{{"W", huge, huge}}.bytes(8, 1024)), Buffers::kMaxBytes);
  EXPECT_EQ((Buffers{{"W", huge, 1}}.bytes(8)), std::uint64_t{1} << 48U);
}

TEST(BuffersTest, AnOwnerAllocatesByName) {
  Options options;
  options.rank = 1;
  options.backend = BackendKind::cpu;
  const auto backend = make_backend<float>(options);
  const Matrix<float> C = allocate(*backend, example(), "C");
  EXPECT_EQ(C.rows(), 43);
  EXPECT_EQ(C.cols(), 5);
  EXPECT_THROW(allocate(*backend, example(), "H"), Error);
}

}  // namespace
}  // namespace nonneg::test
