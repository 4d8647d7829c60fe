// SPDX-License-Identifier: GPL-3.0-or-later
//
// Who answered: greetings as people and as mailboxes speak them, by espeak-ng's voices, with noise and beeps, through the band and level of a line.
// The same calls each run (seed 20261). Prints a table; with --json a row {figure, value, unit} a line. Voices of a synthesiser, not a survey of
// subscribers.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <numbers>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "audio/detect/answer_detector.hpp"

using namespace branchline;

namespace {

constexpr unsigned kSeed = 20261;
constexpr int kCallsPerText = 8;
constexpr std::size_t kWavHeader = 44;

constexpr const char* kPeople[] = {"Hello?",
                                   "Hello.",
                                   "Yes?",
                                   "Hello, Peter speaking.",
                                   "Hi, this is Anna.",
                                   "Good morning.",
                                   "Smith.",
                                   "Jones here, hello?",
                                   "Hello, who is there?",
                                   "Yes, hello?",
                                   "Good afternoon, this is Mary.",
                                   "Five five two three one.",
                                   "Miller and sons, good morning.",
                                   "Northern Energy, Susan speaking, how can I help you?",
                                   "City hospital, reception, good afternoon."};
constexpr const char* kMachines[] = {"Hello, you have reached the mailbox of Peter Smith. Please leave a message after the tone.",
                                     "The person you are calling is not available at the moment. Please try again later.",
                                     "Hi, this is Anna. I can't come to the phone right now. Leave me a message and I will call you back.",
                                     "Welcome to the voicemail service. Please speak after the tone.",
                                     "You have reached Miller and sons. Our office is closed. Our hours are nine to five, Monday to Friday.",
                                     "We are sorry. There is no one here to take your call. Please leave your name and number after the beep.",
                                     "Hi. I am out. Please leave a message.",
                                     "This is the answering machine of five five two three one. Please speak after the signal.",
                                     "Hello. I'm not here. Talk after the beep.",
                                     "Your call has been forwarded to an automatic voice message system.",
                                     "Thank you for calling. All our agents are busy. Please hold the line.",
                                     "The number you have dialled is switched off. To leave a message, please wait for the tone."};
constexpr const char* kVoices[] = {"en-gb+m1", "en-gb+m3", "en-gb+m7", "en-gb+f2", "en-us+f3", "en-us+f4", "en-us+m2", "en-gb-scotland+m4"};

using Samples = std::vector<double>;

double peakOf(double dbm0) { return 32767.0 * std::pow(10.0, (dbm0 - 3.14) / 20.0); }

/// 22 050 Hz, 16 bits, as espeak-ng writes it.
Samples spoken(const std::string& text, const std::string& voice, int wordsPerMinute, int pitch) {
  // The texts are ours, and have no double quotes.
  const std::string command =
      "espeak-ng --stdout -v " + voice + " -s " + std::to_string(wordsPerMinute) + " -p " + std::to_string(pitch) + " \"" + text + "\"";
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
  if (!pipe) throw std::runtime_error("no shell to run espeak-ng with");
  std::vector<char> bytes;
  std::array<char, 65536> part{};
  for (std::size_t got = 0; (got = std::fread(part.data(), 1, part.size(), pipe.get())) > 0;)
    bytes.insert(bytes.end(), part.begin(), part.begin() + static_cast<std::ptrdiff_t>(got));
  if (bytes.size() < kWavHeader + 2) throw std::runtime_error("espeak-ng says nothing as " + voice + ": install Debian's espeak-ng");
  Samples samples((bytes.size() - kWavHeader) / 2);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    std::int16_t value = 0;
    std::memcpy(&value, bytes.data() + kWavHeader + 2 * i, sizeof value);
    samples[i] = value;
  }
  return samples;
}

/// To 8 kHz through a windowed sinc of 3.4 kHz, and without the silence at either end.
Samples narrowed(const Samples& wide) {
  constexpr double kRatio = 22050.0 / 8000.0;
  constexpr double kCut = 2 * 3400.0 / 22050.0;
  constexpr int kHalf = 40;
  Samples narrow(static_cast<std::size_t>(static_cast<double>(wide.size()) / kRatio));
  for (std::size_t n = 0; n < narrow.size(); ++n) {
    const double centre = static_cast<double>(n) * kRatio;
    for (int k = static_cast<int>(centre) - kHalf; k <= static_cast<int>(centre) + kHalf; ++k) {
      if (k < 0 || k >= static_cast<int>(wide.size())) continue;
      const double away = k - centre;
      const double sinc = std::fabs(away) < 1e-9 ? kCut : std::sin(std::numbers::pi * kCut * away) / (std::numbers::pi * away);
      narrow[n] += wide[static_cast<std::size_t>(k)] * sinc * (0.5 + 0.5 * std::cos(std::numbers::pi * away / (kHalf + 1)));
    }
  }
  const auto loud = [](double sample) { return std::fabs(sample) > 100; };
  const auto begin = std::find_if(narrow.begin(), narrow.end(), loud);
  const auto end = std::find_if(narrow.rbegin(), narrow.rend(), loud).base();
  return begin < end ? Samples(begin, end) : Samples();
}

void level(Samples& samples, double dbm0) {
  double energy = 0;
  for (const double sample : samples) energy += sample * sample;
  const double factor = peakOf(dbm0) / std::numbers::sqrt2 / std::sqrt(energy / static_cast<double>(samples.size()));
  for (double& sample : samples) sample *= factor;
}

struct Call {
  Samples samples;
  std::size_t beepEnd = 0;  // Sample; 0 without a beep.
};

class Calls {
 public:
  Call make(const std::string& text, const std::string& voice, bool machine) {
    Samples speech = narrowed(spoken(text, voice, static_cast<int>(uniform(140, 190)), static_cast<int>(uniform(30, 70))));
    level(speech, uniform(-28, -15));
    Call call;
    pause(call, uniform(100, machine ? 1200 : 900));
    call.samples.insert(call.samples.end(), speech.begin(), speech.end());
    if (machine) {
      pause(call, uniform(200, 900));
      beep(call, uniform(400, 1500), uniform(-25, -12), uniform(180, 1000));
      call.beepEnd = call.samples.size();
    }
    pause(call, 4000);
    std::normal_distribution<double> noise(0, peakOf(uniform(-65, -42)) / std::numbers::sqrt2);
    for (double& sample : call.samples) sample += noise(random_);
    return call;
  }

 private:
  double uniform(double from, double to) { return std::uniform_real_distribution<double>(from, to)(random_); }
  static void pause(Call& call, double ms) { call.samples.resize(call.samples.size() + static_cast<std::size_t>(ms * 8)); }
  static void beep(Call& call, double hz, double dbm0, double ms) {
    for (int i = 0; i < ms * 8; ++i) call.samples.push_back(peakOf(dbm0) * std::sin(2 * std::numbers::pi * hz * i / 8000));
  }

  std::mt19937 random_{kSeed};
};

struct Tally {
  int calls = 0;
  std::array<int, 3> by{};  // As AnsweredBy numbers them.
  std::vector<int> decidedMs;
  int beepsFound = 0;
  int falseBeeps = 0;
  double hours = 0;
};

void listen(const Call& call, Tally& tally) {
  constexpr std::size_t kLatest = 1600;  // A beep is told within 200 ms of its end.
  AnswerDetector detector;
  ++tally.calls;
  tally.hours += static_cast<double>(call.samples.size()) / 8000 / 3600;
  for (std::size_t at = 0; at + kFrameSamples <= call.samples.size(); at += kFrameSamples) {
    Frame frame;
    for (std::size_t i = 0; i < kFrameSamples; ++i) frame.samples[i] = static_cast<std::int16_t>(std::clamp(call.samples[at + i], -32768.0, 32767.0));
    const AnswerDetector::Heard heard = detector.process(frame);
    if (heard.decided) {
      ++tally.by[static_cast<std::size_t>(heard.by)];
      tally.decidedMs.push_back(heard.decidedMs);
    }
    if (!heard.beep) continue;
    const bool real = call.beepEnd != 0 && at + kFrameSamples >= call.beepEnd && at < call.beepEnd + kLatest;
    ++(real ? tally.beepsFound : tally.falseBeeps);
  }
}

void print(const std::string& figure, double value, const char* unit, bool json) {
  if (json) {
    std::printf("{\"figure\": \"%s\", \"value\": %.4f, \"unit\": \"%s\"}\n", figure.c_str(), value, unit);
  } else {
    std::printf("%8.2f %-8s %s\n", value, unit, figure.c_str());
  }
}

void printTruth(const std::string& truth, Tally& tally, bool json) {
  for (const AnsweredBy by : {AnsweredBy::human, AnsweredBy::machine, AnsweredBy::unsure}) {
    print(truth + " taken for " + answeredByName(by), 100.0 * tally.by[static_cast<std::size_t>(by)] / tally.calls, "%", json);
  }
  std::sort(tally.decidedMs.begin(), tally.decidedMs.end());
  print(truth + ": decided after, median", tally.decidedMs[tally.decidedMs.size() / 2], "ms", json);
  print(truth + ": decided after, most", tally.decidedMs.back(), "ms", json);
}

template <std::size_t kTexts>
Tally measure(Calls& calls, const char* const (&texts)[kTexts], bool machine) {
  Tally tally;
  for (const char* text : texts) {
    for (int i = 0; i < kCallsPerText; ++i) listen(calls.make(text, kVoices[i % std::size(kVoices)], machine), tally);
  }
  return tally;
}

}  // namespace

int main(int argc, char** argv) {
  const bool json = argc == 2 && std::strcmp(argv[1], "--json") == 0;
  if (argc > 1 && !json) {
    std::fputs("usage: answer_bench [--json]\n", stderr);
    return 2;
  }
  try {
    Calls calls;
    Tally people = measure(calls, kPeople, false);
    Tally machines = measure(calls, kMachines, true);
    printTruth("human", people, json);
    printTruth("machine", machines, json);
    print("beeps found", 100.0 * machines.beepsFound / machines.calls, "%", json);
    print("false beeps", (people.falseBeeps + machines.falseBeeps) / (people.hours + machines.hours), "an hour", json);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "answer_bench: %s\n", error.what());
    return 1;
  }
}
