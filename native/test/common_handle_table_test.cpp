// SPDX-License-Identifier: GPL-3.0-or-later
#include <doctest/doctest.h>

#include <set>

#include "common/handle_table.hpp"

using namespace branchline;

TEST_CASE("a released handle is stale, and its slot's new handle is another") {
  HandleTable table(1);
  const Handle first = table.allocate(1);
  CHECK(table.check(first, 1) == Status::ok);
  CHECK(table.check(first, 2) == Status::wrongKind);
  CHECK(table.release(first));
  CHECK_FALSE(table.release(first));
  const Handle second = table.allocate(1);
  CHECK(HandleTable::slotOf(second) == HandleTable::slotOf(first));
  CHECK(second != first);
  CHECK(table.check(first, 1) == Status::staleHandle);
  CHECK(table.check(second, 1) == Status::ok);
}

TEST_CASE("a full table gives no handle, and one again after a release") {
  HandleTable table(16);
  std::set<Handle> handles;
  for (int i = 0; i < 16; i++) handles.insert(table.allocate(3));
  CHECK(handles.size() == 16);
  CHECK(table.allocate(3) == kNoHandle);
  CHECK(table.release(*handles.begin()));
  CHECK(table.allocate(3) != kNoHandle);
  CHECK(table.live() == 16);
}

TEST_CASE("slots are used in turn, so that a stale handle stays known as such for long") {
  HandleTable table(4);
  const Handle first = table.allocate(1);
  table.release(first);
  std::set<std::uint32_t> slots;
  for (int i = 0; i < 3; i++) slots.insert(HandleTable::slotOf(table.allocate(1)));
  CHECK_FALSE(slots.contains(HandleTable::slotOf(first)));
}

TEST_CASE("after the last generation of a slot comes the first, never generation 0") {
  HandleTable table(1);
  const Handle first = table.allocate(1);
  table.release(first);
  for (int generation = 2; generation < 1 << 20; generation++) table.release(table.allocate(1));
  CHECK(table.allocate(1) == first);
}

TEST_CASE("0 and handles beyond the table are stale") {
  const HandleTable table(16);
  CHECK(table.check(kNoHandle, 1) == Status::staleHandle);
  CHECK(table.check(0xFFFFFFFF, 1) == Status::staleHandle);
}
