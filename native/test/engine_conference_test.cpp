// SPDX-License-Identifier: GPL-3.0-or-later
#include <memory>

#include "engine_support.hpp"

using namespace branchline;
using namespace branchline::test;

namespace {

constexpr std::size_t kBeforeGainMoves = 4 * kFrameSamples;  // A talker's gain is 1 until it has talked for 100 ms.

/// A conference with a party for each speech.
struct Room : Bench {
  Handle conference = engine.createConference().handle;
  std::vector<std::unique_ptr<Party>> parties;
  std::vector<Handle> legs;
  std::vector<Handle> members;

  explicit Room(std::vector<std::vector<std::int16_t>> speeches) {
    for (auto& speech : speeches) add(std::move(speech));
  }
  Handle add(std::vector<std::int16_t> speech, MemberSettings settings = {}) {
    parties.push_back(std::make_unique<Party>(std::move(speech)));
    legs.push_back(leg(*parties.back()));
    const Engine::Created joined = engine.joinConference(conference, legs.back(), settings);
    REQUIRE(joined.status == Status::ok);
    members.push_back(joined.handle);
    return joined.handle;
  }
  [[nodiscard]] const std::vector<std::int16_t>& heard(std::size_t party) const { return parties[party]->heard(); }
};

std::vector<std::int16_t> sum(const std::vector<std::vector<std::int16_t>>& all, std::size_t count) {
  std::vector<std::int16_t> total(count);
  for (const auto& one : all) {
    for (std::size_t i = 0; i < count; i++) total[i] = static_cast<std::int16_t>(total[i] + one[i]);
  }
  return total;
}

double level(const std::vector<std::int16_t>& samples, double hz, std::size_t fromMs, std::size_t ms) {
  return dbm0At(slice(samples, fromMs * 8, ms * 8), hz);
}

/// Like speech: 400 ms of sound, 200 ms of pause.
std::vector<std::int16_t> syllables(double hz, double dbm0, int seconds) {
  std::vector<std::int16_t> samples = sine(hz, 32767 * std::pow(10, (dbm0 - 3.14) / 20), seconds * 8000);
  for (std::size_t i = 0; i < samples.size(); i++) {
    if (i % 4800 >= 3200) samples[i] = 0;
  }
  return samples;
}

double amplitude(double dbm0) { return 32767 * std::pow(10, (dbm0 - 3.14) / 20); }

}  // namespace

TEST_CASE("each member hears all others, and never itself") {
  const std::vector<std::vector<std::int16_t>> said = {sine(400, 3000, 8000), sine(700, 3000, 8000), sine(1100, 3000, 8000)};
  Room room(said);
  room.engine.step(80);
  CHECK(room.heard(0) == sum({said[1], said[2]}, kBeforeGainMoves));
  CHECK(room.heard(1) == sum({said[0], said[2]}, kBeforeGainMoves));
  CHECK(room.heard(2) == sum({said[0], said[1]}, kBeforeGainMoves));
}

TEST_CASE("a sum that is too loud saturates and does not wrap round") {
  Room room({sine(400, 30000, 8000), sine(400, 30000, 8000), {}});
  room.engine.step(40);
  const auto& heard = room.heard(2);
  CHECK(*std::max_element(heard.begin(), heard.end()) == 32767);
  CHECK(*std::min_element(heard.begin(), heard.end()) == -32768);
}

TEST_CASE("what nobody would hear is not mixed") {
  Room room({sine(500, amplitude(-60), 8000), {}});
  room.engine.step(500);
  CHECK(room.heard(1) == std::vector<std::int16_t>(4000, 0));
}

TEST_CASE("steady noise of a line is taken out of the sum, and speech above it is heard") {
  auto line = sine(180, amplitude(-42), 16 * 8000);
  const auto speech = sine(700, amplitude(-20), 8000);
  for (std::size_t i = 0; i < speech.size(); i++) line[static_cast<std::size_t>(8) * 8000 + i] += speech[i];
  Room room({line, {}});
  room.engine.step(16'000);
  CHECK(level(room.heard(1), 180, 6000, 1000) < -60);
  CHECK(level(room.heard(1), 700, 8100, 800) > -24);
  CHECK(level(room.heard(1), 180, 14'000, 1000) < -60);
}

TEST_CASE("faint and loud talkers are brought to one level") {
  Room faint({syllables(700, -30, 9), {}});
  faint.engine.step(9000);
  CHECK(level(faint.heard(1), 700, 8400, 400) == doctest::Approx(-20).epsilon(0.05));
  Room loud({syllables(700, -15, 9), {}});
  loud.engine.step(9000);
  CHECK(level(loud.heard(1), 700, 8400, 400) == doctest::Approx(-20).epsilon(0.05));
}

TEST_CASE("a gain that was raised for faint speech does not distort a shout") {
  auto speech = syllables(700, -32, 10);
  const auto shout = sine(700, 32000, 8000);
  std::ranges::copy(shout, speech.begin() + 9 * 8000);
  Room room({speech, {}});
  room.engine.step(10'000);
  const auto& heard = room.heard(1);
  // From the second frame of it on: the first meets the gain as it was.
  const auto atTop = std::count_if(heard.begin() + 9 * 8000 + 160, heard.end(), [](int sample) { return sample >= 32767 || sample <= -32768; });
  CHECK(atTop == 0);
}

TEST_CASE("a muted member is not heard, hears, and is told of when it talks") {
  Room room({sine(400, 3000, 16000), sine(700, 3000, 16000)});
  REQUIRE(room.engine.setMember(room.members[0], {.role = MemberRole::muted}) == Status::ok);
  room.engine.step(300);
  CHECK(level(room.heard(1), 400, 100, 200) < -80);
  CHECK(level(room.heard(0), 700, 100, 200) > -30);
  const auto talks = room.events.of("memberTalks");
  REQUIRE(talks.size() == 2);
  CHECK(std::get<bool>(field(talks[0], "talking")));
  REQUIRE(room.engine.setMember(room.members[0], {}) == Status::ok);
  room.engine.step(300);
  CHECK(level(room.heard(1), 400, 400, 200) > -30);
}

TEST_CASE("a listener is neither heard nor told of") {
  Room room(std::vector<std::vector<std::int16_t>>{sine(700, 3000, 16000)});
  room.add(sine(400, 3000, 16000), {.role = MemberRole::listener});
  room.engine.step(300);
  CHECK(level(room.heard(0), 400, 100, 200) < -80);
  CHECK(level(room.heard(1), 700, 100, 200) > -30);
  CHECK(room.events.of("memberTalks").size() == 1);
}

TEST_CASE("a coach hears all and is heard by the one it coaches alone") {
  Room room({sine(400, 3000, 16000), sine(700, 3000, 16000)});
  const Handle coach = room.add(sine(1100, 3000, 16000), {.role = MemberRole::coach, .coached = room.members[0]});
  room.engine.step(300);
  CHECK(level(room.heard(0), 1100, 100, 200) > -30);
  CHECK(level(room.heard(0), 700, 100, 200) > -30);
  CHECK(level(room.heard(1), 1100, 100, 200) < -80);
  CHECK(level(room.heard(2), 400, 100, 200) > -30);
  CHECK(level(room.heard(2), 700, 100, 200) > -30);
  CHECK(level(room.heard(2), 1100, 100, 200) < -80);

  REQUIRE(room.engine.leaveConference(room.members[0]) == Status::ok);
  room.engine.step(100);
  CHECK(level(room.heard(1), 1100, 350, 50) < -80);
  CHECK(room.engine.setMember(coach, {.role = MemberRole::coach, .coached = room.members[0]}) == Status::staleHandle);
}

TEST_CASE("a coach's member has to be another one of the same conference, and only a coach names one") {
  Room room({{}, {}});
  const Handle elsewhere = room.engine.createConference().handle;
  Party stranger;
  const Handle far = room.engine.joinConference(elsewhere, room.leg(stranger), {}).handle;
  CHECK(room.engine.setMember(room.members[0], {.role = MemberRole::coach, .coached = far}) == Status::invalidArgument);
  CHECK(room.engine.setMember(room.members[0], {.role = MemberRole::coach, .coached = room.members[0]}) == Status::invalidArgument);
  CHECK(room.engine.setMember(room.members[0], {.role = MemberRole::coach}) == Status::staleHandle);
  CHECK(room.engine.setMember(room.members[0], {.role = MemberRole::speaker, .coached = room.members[1]}) == Status::invalidArgument);
}

TEST_CASE("it is told when a member begins to talk and when it has stopped") {
  std::vector<std::int16_t> speech(16000);
  std::ranges::copy(sine(600, 4000, 8000), speech.begin() + 8000);  // From 1 s to 2 s.
  Room room({speech, {}});
  const std::int64_t beganMs = room.engine.clock().nowNs() / 1'000'000;
  room.engine.step(4000);
  const auto talks = room.events.of("memberTalks");
  REQUIRE(talks.size() == 2);
  CHECK(std::get<bool>(field(talks[0], "talking")));
  CHECK(talks[0].atNs / 1'000'000 - beganMs == 1100);
  CHECK_FALSE(std::get<bool>(field(talks[1], "talking")));
  CHECK(talks[1].atNs / 1'000'000 - beganMs == 2520);
  CHECK(talks[0].subject == room.members[0]);
}

TEST_CASE("what is played to a conference all hear, and a recording of it has everything") {
  const Folder folder;
  Room room({sine(400, 3000, 16000), {}});
  room.play(room.conference, {.files = {writeWav(folder / "a.wav", sine(1004, 3000, 4000))}});
  REQUIRE(room.engine.record(room.conference, {.file = folder / "mix.wav"}).status == Status::ok);
  room.engine.step(500);
  CHECK(level(room.heard(0), 1004, 100, 400) > -30);
  CHECK(level(room.heard(0), 400, 100, 400) < -60);
  CHECK(level(room.heard(1), 1004, 100, 400) > -30);
  CHECK(level(room.heard(1), 400, 100, 400) > -30);
  REQUIRE(room.engine.endLeg(room.conference, {}) == Status::ok);
  room.engine.step(20);
  const auto recorded = readWavFile(folder / "mix.wav");
  REQUIRE(recorded.size() == 4000);
  CHECK(level(recorded, 400, 100, 400) > -30);
  CHECK(level(recorded, 1004, 100, 400) > -30);
  CHECK(text(room.one("recorderEnded"), "reason") == "legEnded");
}

TEST_CASE("a member leaves by itself, with its leg, or with the conference, and is told of once") {
  Room room({{}, {}, {}});
  room.engine.step(20);
  REQUIRE(room.engine.leaveConference(room.members[0]) == Status::ok);
  CHECK(room.engine.leaveConference(room.members[0]) == Status::staleHandle);
  REQUIRE(room.engine.endLeg(room.legs[1], {}) == Status::ok);
  room.engine.step(20);
  REQUIRE(room.engine.endLeg(room.conference, {}) == Status::ok);
  CHECK(room.engine.leaveConference(room.members[2]) == Status::staleHandle);
  room.engine.step(20);
  const auto ended = room.events.of("memberEnded");
  REQUIRE(ended.size() == 3);
  CHECK(text(ended[0], "reason") == "left");
  CHECK(text(ended[1], "reason") == "legEnded");
  CHECK(text(ended[2], "reason") == "conferenceEnded");
  CHECK(room.engine.counters().conferenceMembers == 0);
  CHECK(room.engine.counters().legs == 2);
  CHECK(room.engine.bridge(room.legs[0], room.legs[2]).status == Status::ok);
}

TEST_CASE("a leg is in one bridge or one conference at a time, and a conference's own leg in neither") {
  Room room({{}, {}});
  Party third;
  Party fourth;
  const Handle c = room.leg(third);
  const Handle d = room.leg(fourth);
  CHECK(room.engine.bridge(room.legs[0], c).status == Status::wrongState);
  CHECK(room.engine.joinConference(room.conference, room.legs[0], {}).status == Status::wrongState);
  REQUIRE(room.engine.bridge(c, d).status == Status::ok);
  CHECK(room.engine.joinConference(room.conference, c, {}).status == Status::wrongState);
  CHECK(room.engine.joinConference(room.conference, room.conference, {}).status == Status::wrongKind);
  CHECK(room.engine.joinConference(c, d, {}).status == Status::wrongKind);
  CHECK(room.engine.bridge(room.conference, c).status == Status::wrongKind);
  CHECK(room.engine.attach(room.conference, third) == Status::wrongKind);
  CHECK(room.engine.setDetectors(room.conference, {.dtmf = true}) == Status::wrongKind);
  CHECK(room.engine.sendInBandDigits(room.conference, "1", 100, 100) == Status::wrongKind);
}

TEST_CASE("what is joined and left between two frames leaves nothing behind") {
  Room room(std::vector<std::vector<std::int16_t>>(1));
  Party brief;
  const Handle leg = room.leg(brief);
  const Handle member = room.engine.joinConference(room.conference, leg, {}).handle;
  REQUIRE(room.engine.endLeg(leg, {}) == Status::ok);
  REQUIRE(room.engine.endLeg(room.conference, {}) == Status::ok);
  room.engine.step(20);
  CHECK(room.engine.counters().conferenceMembers == 0);
  CHECK(room.events.of("memberEnded").size() == 2);
  CHECK(room.engine.leaveConference(member) == Status::staleHandle);
  CHECK(room.engine.ownerOf(room.conference) == nullptr);
}
