// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "isdn_world.hpp"

namespace branchline::test {

/// Whom no leg asks for anything.
struct Nobody final : LegOwner {
  Status ring(Handle, bool) override { return Status::ok; }
  Status answer(Handle) override { return Status::ok; }
  Status clear(Handle, ClearRequest) override { return Status::ok; }
  Status sendDigits(Handle, std::string_view, int, int, DigitMethod) override { return Status::ok; }
};

/// In place of a stack: what legs say to isdnd.
struct KeptMessages final : IsdnLegHost {
  void send(const isdn::Message& message) override { sent.push_back(message); }
  void legOffered(Handle) override {}
  void legGone(Handle) override { gone++; }
  std::vector<isdn::Message> sent;
  int gone = 0;
};

}  // namespace branchline::test
