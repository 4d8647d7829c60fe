// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

#include "audio/engine.hpp"

namespace branchline {

/// What owns conferences' own legs: they can only be ended.
class ConferenceOwner final : public LegOwner {
 public:
  explicit ConferenceOwner(std::function<Status(Handle, EndFields)> end) : end_(std::move(end)) {}

  Status ring(Handle, bool) override { return Status::wrongKind; }
  Status answer(Handle) override { return Status::wrongKind; }
  Status clear(Handle conference, ClearRequest request) override {
    return end_(conference, {{"q850", std::int64_t{request.q850}},
                             {"inferred", false},
                             {"sipStatus", std::int64_t{0}},
                             {"by", std::string("us")},
                             {"sent", false},
                             {"responded", false},
                             {"detail", std::string()}});
  }
  Status sendDigits(Handle, std::string_view, int, int, DigitMethod) override { return Status::wrongKind; }

 private:
  std::function<Status(Handle, EndFields)> end_;
};

}  // namespace branchline
