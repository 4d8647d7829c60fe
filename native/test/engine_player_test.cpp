// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine_support.hpp"

using namespace branchline;
using namespace branchline::test;

TEST_CASE("a file arrives sample for sample, and its end is told once") {
  const Folder folder;
  Bench bench;
  Party party;
  const Handle leg = bench.leg(party);
  const auto samples = counted(1, 20'000);
  const Handle player = bench.play(leg, {.files = {writeWav(folder / "a.wav", samples)}});
  bench.engine.step(3000);
  CHECK(slice(party.heard(), 0, samples.size()) == samples);
  CHECK(slice(party.heard(), samples.size(), 160) == std::vector<std::int16_t>(160, 0));
  const Event ended = bench.one("playerEnded");
  CHECK(ended.subject == player);
  CHECK(std::string(ended.subjectName) == "player");
  CHECK(text(ended, "reason") == "finished");
  CHECK(text(ended, "key").empty());
  CHECK(number(ended, "playedMs") == 2500);
  CHECK(number(ended, "leg") == leg);
  CHECK(bench.engine.stopPlayer(player) == Status::staleHandle);
  CHECK(bench.engine.counters().prefetchUnderruns == 0);
}

TEST_CASE("files of a list follow each other without a gap, whatever their lengths") {
  const Folder folder;
  Bench bench;
  Party party;
  const Handle leg = bench.leg(party);
  bench.play(
      leg, {.files = {writeWav(folder / "a.wav", counted(1, 1001)), writeWav(folder / "b.wav", {}), writeWav(folder / "c.wav", counted(1002, 333))}});
  bench.engine.step(400);
  CHECK(slice(party.heard(), 0, 1334) == counted(1, 1334));
  CHECK(text(bench.one("playerEnded"), "reason") == "finished");
}

TEST_CASE("a looped list begins again without a gap until it is stopped") {
  const Folder folder;
  Bench bench;
  Party party;
  const Handle player = bench.play(bench.leg(party), {.files = {writeWav(folder / "a.wav", counted(1, 700))}, .loop = true});
  bench.engine.step(2000);
  for (std::size_t round = 0; round < 20; round++) CHECK(slice(party.heard(), round * 700, 700) == counted(1, 700));
  CHECK(bench.events.of("playerEnded").empty());
  CHECK(bench.engine.stopPlayer(player) == Status::ok);
  bench.engine.step(20);
  CHECK(text(bench.one("playerEnded"), "reason") == "stopped");
  CHECK(slice(party.heard(), 16'000, 160) == std::vector<std::int16_t>(160, 0));
}

TEST_CASE("a looped list without a sample ends with an error in place of turning for ever") {
  const Folder folder;
  Bench bench;
  Party party;
  const std::string file = writeWav(folder / "a.wav", {});
  bench.play(bench.leg(party), {.files = {file}, .loop = true});
  bench.engine.step(40);
  CHECK(text(bench.one("playerEnded"), "detail") == file + ": has no audio to repeat");
}

TEST_CASE("a queued player follows in the very sample where the one before it ends") {
  const Folder folder;
  Bench bench;
  Party party;
  const Handle leg = bench.leg(party);
  const Handle first = bench.play(leg, {.files = {writeWav(folder / "a.wav", counted(1, 250))}});
  const Handle second = bench.play(leg, {.files = {writeWav(folder / "b.wav", counted(251, 250))}, .queued = true});
  bench.engine.step(100);
  CHECK(slice(party.heard(), 0, 500) == counted(1, 500));
  const auto ended = bench.events.of("playerEnded");
  REQUIRE(ended.size() == 2);
  CHECK(ended[0].subject == first);
  CHECK(ended[1].subject == second);
}

TEST_CASE("a player that is not queued replaces what sounds and what waits") {
  const Folder folder;
  Bench bench;
  Party party;
  const Handle leg = bench.leg(party);
  const std::string file = writeWav(folder / "a.wav", counted(1, 8000));
  bench.play(leg, {.files = {file}});
  bench.play(leg, {.files = {file}, .queued = true});
  bench.engine.step(40);
  bench.play(leg, {.files = {file}});
  bench.engine.step(20);
  CHECK(slice(party.heard(), 320, 160) == counted(1, 160));
  const auto ended = bench.events.of("playerEnded");
  REQUIRE(ended.size() == 2);
  CHECK(text(ended[0], "reason") == "replaced");
  CHECK(number(ended[0], "playedMs") == 40);
  CHECK(text(ended[1], "reason") == "replaced");
  CHECK(number(ended[1], "playedMs") == 0);
}

TEST_CASE("a stop key ends the players that list it in the frame in which it comes, after its own event") {
  const Folder folder;
  Bench bench;
  Party party;
  const Handle leg = bench.leg(party);
  const std::string file = writeWav(folder / "a.wav", counted(1, 8000));
  bench.play(leg, {.files = {file}, .stopKeys = "12"});
  bench.play(leg, {.files = {file}, .stopKeys = "1", .queued = true});
  const Handle third = bench.play(leg, {.files = {file}, .queued = true});
  bench.engine.step(40);
  bench.engine.digitReceived(leg, '9', 100, "rfc4733");
  bench.engine.step(20);
  CHECK(bench.events.types() == std::vector<std::string>{"digit"});
  bench.engine.digitReceived(leg, '1', 120, "info");
  bench.engine.step(20);
  CHECK(bench.events.types() == std::vector<std::string>{"digit", "digit", "playerEnded", "playerEnded"});
  CHECK(slice(party.heard(), 480, 160) == counted(1, 160));  // The third sounds at once.
  const auto all = bench.events.all();
  CHECK(text(all[1], "digit") == "1");
  CHECK(number(all[1], "durationMs") == 120);
  CHECK(text(all[1], "method") == "info");
  CHECK(text(all[2], "reason") == "key");
  CHECK(text(all[2], "key") == "1");
  CHECK(number(all[2], "playedMs") == 60);
  CHECK(bench.engine.stopPlayer(third) == Status::ok);
}

TEST_CASE("a file that can't be opened ends its player with an error that names it") {
  Bench bench;
  Party party;
  bench.play(bench.leg(party), {.files = {"/nowhere/prompt.wav"}});
  bench.engine.step(20);
  const Event ended = bench.one("playerEnded");
  CHECK(text(ended, "reason") == "error");
  CHECK(text(ended, "detail") == "/nowhere/prompt.wav: No such file or directory");
  CHECK(number(ended, "playedMs") == 0);
}

TEST_CASE("what lies before a bad file of a list is still heard") {
  const Folder folder;
  Bench bench;
  Party party;
  writeBytes(folder / "b.wav", "no audio at all");
  bench.play(bench.leg(party), {.files = {writeWav(folder / "a.wav", counted(1, 900)), folder / "b.wav"}});
  bench.engine.step(200);
  CHECK(slice(party.heard(), 0, 900) == counted(1, 900));
  const Event ended = bench.one("playerEnded");
  CHECK(text(ended, "reason") == "error");
  CHECK(number(ended, "playedMs") == 112);
}

TEST_CASE("bad requests are refused at once") {
  Bench bench;
  Party party;
  const Handle leg = bench.leg(party);
  CHECK(bench.engine.play(leg, {}).status == Status::invalidArgument);
  CHECK(bench.engine.play(leg, {.files = {"a.wav"}, .stopKeys = "x"}).status == Status::invalidArgument);
  CHECK(bench.engine.play(kNoHandle, {.files = {"a.wav"}}).status == Status::staleHandle);
  CHECK(bench.engine.playTone(leg, {}).status == Status::invalidArgument);
  CHECK(bench.engine.record(leg, {}).status == Status::invalidArgument);
}
