// SPDX-License-Identifier: GPL-3.0-or-later
#include <doctest/doctest.h>

#include "sip/causes.hpp"

using namespace branchline;

TEST_CASE("a final SIP status without a Reason header has the cause of RFC 3398") {
  CHECK(causeOfSipStatus(404) == 1);
  CHECK(causeOfSipStatus(480) == 18);
  CHECK(causeOfSipStatus(486) == 17);
  CHECK(causeOfSipStatus(503) == 41);
  CHECK(causeOfSipStatus(600) == 17);
  CHECK(causeOfSipStatus(603) == 21);
}

TEST_CASE("a status that no table knows has a cause by its class") {
  CHECK(causeOfSipStatus(499) == 31);
  CHECK(causeOfSipStatus(599) == 41);
  CHECK(causeOfSipStatus(699) == 21);
}

TEST_CASE("a call is refused with the status of its cause, 480 where there is none") {
  CHECK(sipStatusOfCause(17) == 486);
  CHECK(sipStatusOfCause(1) == 404);
  CHECK(sipStatusOfCause(21) == 603);
  CHECK(sipStatusOfCause(34) == 503);
  CHECK(sipStatusOfCause(16) == 480);
}

TEST_CASE("the Q.850 value of a Reason header is found wherever it stands") {
  CHECK(causeOfReason("Q.850;cause=17;text=\"User busy\"") == 17);
  CHECK(causeOfReason("SIP ;cause=600, q.850 ; text=\"a, b;cause=3\" ; CAUSE = 34") == 34);
  CHECK(causeOfReason("SIP;cause=200;text=\"Call, completed\"") == std::nullopt);
  CHECK(causeOfReason("Q.850;cause=0") == std::nullopt);
  CHECK(causeOfReason("Q.850;cause=128") == std::nullopt);
  CHECK(causeOfReason("Q.850;cause=1x") == std::nullopt);
  CHECK(causeOfReason("Q.850") == std::nullopt);
  CHECK(causeOfReason("") == std::nullopt);
}

TEST_CASE("our own Reason header reads back as the cause it was made of") { CHECK(causeOfReason(reasonOfCause(102)) == 102); }
