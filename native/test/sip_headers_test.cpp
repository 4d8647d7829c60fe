// SPDX-License-Identifier: GPL-3.0-or-later
#include <doctest/doctest.h>

#include "sip/headers.hpp"
#include "sip/incoming_headers.hpp"
#include "sip/name_table.hpp"

using namespace branchline;

namespace {

SipDialOptions dialOptions() {
  SipDialOptions options;
  options.uri = "sip:+447700900123@carrier.example";
  options.fromUri = "sip:+441632960100@branch.example";
  options.callId = "a-1";
  options.fromTag = "t-1";
  return options;
}

}  // namespace

TEST_CASE("a name address quotes its name and leaves an empty one out") {
  CHECK(nameAddress("", "sip:a@b") == "<sip:a@b>");
  CHECK(nameAddress("Branch", "sip:a@b") == "\"Branch\" <sip:a@b>");
  CHECK(nameAddress("a \"b\" \\", "sip:a@b") == "\"a \\\"b\\\" \\\\\" <sip:a@b>");
}

TEST_CASE("the headers of an INVITE are those that were given") {
  SipDialOptions options = dialOptions();
  CHECK(inviteHeaders(options).empty());
  options.assertedUri = "sip:+441632960100@branch.example";
  options.privacy = "id";
  const auto headers = inviteHeaders(options);
  REQUIRE(headers.size() == 2);
  CHECK(headers[0] == std::pair<std::string, std::string>("P-Asserted-Identity", "<sip:+441632960100@branch.example>"));
  CHECK(headers[1] == std::pair<std::string, std::string>("Privacy", "id"));
}

TEST_CASE("a value that would begin a header of its own is refused in words") {
  CHECK(faultOf(dialOptions()).empty());
  SipDialOptions options = dialOptions();
  options.fromName = "x\r\nVia: y";
  CHECK(faultOf(options) == "the From name has control characters");
  options = dialOptions();
  options.uri = "sip:a@b\r\nX: y";
  CHECK_FALSE(faultOf(options).empty());
  options = dialOptions();
  options.uri = "http://a";
  CHECK_FALSE(faultOf(options).empty());
  options = dialOptions();
  options.callId = "has space";
  CHECK_FALSE(faultOf(options).empty());
  options = dialOptions();
  options.fromTag = "";
  CHECK_FALSE(faultOf(options).empty());
}

TEST_CASE("the URI of a name address is found in every form") {
  CHECK(uriOfNameAddress("\"A, <b>\" <sip:a@b;user=phone>;x=y, <sip:c@d>") == "sip:a@b;user=phone");
  CHECK(uriOfNameAddress("tel:+441632960100;x=1") == "tel:+441632960100");
  CHECK(uriOfNameAddress("sip:a@b , sip:c@d") == "sip:a@b");
  CHECK(uriOfNameAddress("<sip:broken") == "");
  CHECK(uriOfNameAddress("") == "");
}

TEST_CASE("a peer's name means where its message came from, unless it is a trunk's") {
  NameTable names;
  CHECK_FALSE(names.find("pbx.local"));
  names.learn("PBX.local", {"192.0.2.7", 5062});
  REQUIRE(names.find("pbx.LOCAL"));
  CHECK(names.find("pbx.local")->address == "192.0.2.7");
  CHECK(names.find("pbx.local")->port == 5062);
  names.setTrunk("carrier.example", {"192.0.2.1", 5060});
  names.learn("carrier.example", {"203.0.113.9", 5060});
  CHECK(names.find("carrier.example")->address == "192.0.2.1");
  names.removeTrunk("carrier.example");
  CHECK_FALSE(names.find("carrier.example"));
}

TEST_CASE("names that peers give are bounded: the oldest is forgotten") {
  NameTable names;
  for (int i = 0; i <= 2048; ++i) names.learn("h" + std::to_string(i), {"192.0.2.7", 5060});
  CHECK_FALSE(names.find("h0"));
  CHECK(names.find("h1"));
  CHECK(names.find("h2048"));
}
