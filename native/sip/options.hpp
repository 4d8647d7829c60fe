// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// The options of addon.d.ts, which documents each field.

namespace branchline {

enum class SipTransport : std::uint8_t { udp, tcp, tls };
enum class SrtpUse : std::uint8_t { off, optional, mandatory };
enum class ReferPolicy : std::uint8_t { refuse, follow };

struct SipTlsOptions {
  int port = 0;
  std::string certificateFile;
  std::string keyFile;
  std::optional<std::string> caFile;
};

struct SipOptions {
  std::string host;
  int port = 0;
  std::optional<SipTlsOptions> tls;
  std::string userAgent;
  int maxCalls = 1;
  int firstRtpPort = 0;
  int lastRtpPort = 0;
  std::vector<std::string> codecs;
  int logLevel = 0;
  std::optional<std::string> logFile;
};

struct SipRegistration {
  std::string username;
  std::string password;
  std::optional<std::string> realm;
  int expiresSeconds = 300;
};

enum class TrunkDigits : std::uint8_t { automatic, rfc4733, info, inBand };

struct SipTrunkOptions {
  std::string address;
  int port = 0;
  std::string domain;
  SipTransport transport = SipTransport::udp;
  std::optional<SipRegistration> registration;
  int optionsSeconds = 0;
  SrtpUse srtp = SrtpUse::off;
  TrunkDigits dtmf = TrunkDigits::automatic;
  ReferPolicy refer = ReferPolicy::refuse;
};

struct SipDialOptions {
  std::string uri;
  std::string fromUri;
  std::string fromName;
  std::optional<std::string> assertedUri;
  std::optional<std::string> privacy;
  std::optional<std::string> diversion;
  std::string callId;
  std::string fromTag;
};

struct SipPorts {
  int udp = 0;
  int tcp = 0;
  int tls = 0;
};

}  // namespace branchline
