// SPDX-License-Identifier: GPL-3.0-or-later
#include "sip/pjsua_instance.hpp"

#include <arpa/inet.h>
#include <pjmedia-codec.h>

#include <algorithm>
#include <atomic>
#include <stdexcept>

#include "sip/pj.hpp"
#include "sip/rtp_port.hpp"
#include "sip/tls_files.hpp"

namespace branchline {
namespace {

std::atomic<bool> running{false};

constexpr int kPortTries = 20;  // For "the system chooses": a UDP port whose TCP twin is free as well.

void noLog(int, const char*, int) {}

/// pjsua keeps the place of a call that has ended until its last transaction has (32 s where a peer is silent): some more than ours at once.
int pjsuaCalls(int maxCalls) { return std::min(PJSUA_MAX_CALLS, maxCalls + maxCalls / 4 + 16); }

void check(pj_status_t status, const std::string& doing) {
  if (status != PJ_SUCCESS) throw std::runtime_error("SIP can't start: " + doing + ": " + describe(status));
}

[[noreturn]] void refusePort(pj_status_t status, const char* transport, const std::string& host, int port) {
  std::string text = "SIP can't listen on " + host + ":" + std::to_string(port) + " (" + transport + "): ";
  if (status == PJ_STATUS_FROM_OS(EADDRINUSE)) {
    text += "another program has the port. Stop it, or choose another port (BRANCHLINE_SIP_PORT)";
  } else if (status == PJ_STATUS_FROM_OS(EADDRNOTAVAIL)) {
    text += "this machine has no such address. Choose one of its own (BRANCHLINE_SIP_HOST)";
  } else if (status == PJ_STATUS_FROM_OS(EACCES)) {
    text += "the system does not allow it. Choose a port of 1024 or more (BRANCHLINE_SIP_PORT)";
  } else {
    text += describe(status);
  }
  throw std::runtime_error(text);
}

void checkOptions(const SipOptions& options) {
  in_addr address{};
  if (inet_pton(AF_INET, options.host.c_str(), &address) != 1 || address.s_addr == INADDR_ANY) {
    throw std::runtime_error("SIP can't start: host must be one of this machine's IPv4 addresses, because Contact and SDP carry it; got \"" +
                             options.host + "\" (BRANCHLINE_SIP_HOST)");
  }
  if (options.maxCalls < 1 || options.maxCalls > PJSUA_MAX_CALLS) {
    throw std::runtime_error("SIP can't start: maxCalls must be 1…" + std::to_string(PJSUA_MAX_CALLS));
  }
  // Two ports a call.
  if (options.firstRtpPort < 1024 || options.lastRtpPort > 65535 || options.lastRtpPort - options.firstRtpPort < 2 * options.maxCalls) {
    throw std::runtime_error("SIP can't start: rtpPorts must lie in 1024…65535 and hold two ports for each of " + std::to_string(options.maxCalls) +
                             " calls");
  }
  if (options.codecs.empty()) throw std::runtime_error("SIP can't start: codecs is empty; name at least one, for example PCMA/8000");
}

int boundPort(pjsua_transport_id transport) {
  pjsua_transport_info info;
  check(pjsua_transport_get_info(transport, &info), "asking for a port");
  return info.local_name.port;
}

void fillTransport(pjsua_transport_config& config, const std::string& host, int port) {
  pjsua_transport_config_default(&config);
  config.port = static_cast<unsigned>(port);
  config.bound_addr = pjText(host);
  config.public_addr = pjText(host);
  config.qos_type = PJ_QOS_TYPE_SIGNALLING;
}

pjmedia_srtp_use srtpUse(SrtpUse use) {
  switch (use) {
    case SrtpUse::off: return PJMEDIA_SRTP_DISABLED;
    case SrtpUse::optional: return PJMEDIA_SRTP_OPTIONAL;
    case SrtpUse::mandatory: return PJMEDIA_SRTP_MANDATORY;
  }
  return PJMEDIA_SRTP_DISABLED;
}

}  // namespace

void fillAccount(pjsua_acc_config& config, const SipOptions& options, SrtpUse srtp, bool secureSignalling) {
  pjsua_acc_config_default(&config);
  config.rtp_cfg.port = static_cast<unsigned>(options.firstRtpPort);
  config.rtp_cfg.port_range = static_cast<unsigned>(options.lastRtpPort - options.firstRtpPort);
  config.rtp_cfg.bound_addr = pjText(options.host);
  config.rtp_cfg.public_addr = pjText(options.host);
  config.rtp_cfg.qos_type = PJ_QOS_TYPE_VOICE;
  // Accounts share the range: in order, each would begin among the ports another has taken, and a stranger could guess the next one.
  config.rtp_cfg.randomize_port = PJ_TRUE;
  // Else PJSUA looks its own host name up in the DNS for every call it makes, under its one lock (pjsua_media.c, get_media_ip_version).
  config.ipv6_media_use = PJSUA_IPV6_DISABLED;
  config.use_timer = PJSUA_SIP_TIMER_OPTIONAL;
  config.require_100rel = PJSUA_100REL_OPTIONAL;
  config.use_srtp = srtpUse(srtp);
  // Keys in clear SIP protect little, but a peer that demands them over UDP is obeyed; over TLS nothing less than TLS will do.
  config.srtp_secure_signaling = secureSignalling ? 1 : 0;
  config.allow_contact_rewrite = PJ_FALSE;
  config.allow_via_rewrite = PJ_FALSE;
  config.allow_sdp_nat_rewrite = PJ_FALSE;
  config.use_rfc5626 = PJ_FALSE;
  config.publish_enabled = PJ_FALSE;
  config.mwi_enabled = PJ_FALSE;
  config.vid_in_auto_show = PJ_FALSE;
}

PjsuaInstance::PjsuaInstance(const SipOptions& options, const pjsua_callback& callbacks, MessageListener& listener) {
  checkOptions(options);
  if (running.exchange(true)) {
    throw std::runtime_error("SIP can't start: another engine of this process runs SIP already. Close that engine first");
  }
  try {
    create(options, callbacks);
    check(installMessageHooks(pjsua_get_pjsip_endpt(), listener), "installing message hooks");
    openTransports(options);
    chooseCodecs(options);
    check(pjsua_start(), "starting");
    pjsua_set_no_snd_dev();
    addStrangers(options);
  } catch (...) {
    pjsua_destroy2(PJSUA_DESTROY_NO_NETWORK);
    running = false;
    throw;
  }
}

PjsuaInstance::~PjsuaInstance() {
  pjsua_destroy();
  running = false;
}

void PjsuaInstance::create(const SipOptions& options, const pjsua_callback& callbacks) {
  // PJLIB writes to stdout until pjsua has its log file.
  pj_log_set_log_func(&noLog);
  RtpPort::forgetThreads();
  check(pjsua_create(), "creating");

  pjsua_config config;
  pjsua_config_default(&config);
  config.max_calls = static_cast<unsigned>(pjsuaCalls(options.maxCalls));
  config.thread_cnt = 1;
  config.user_agent = pjText(options.userAgent);
  config.cb = callbacks;
  config.use_timer = PJSUA_SIP_TIMER_OPTIONAL;
  config.nat_type_in_sdp = 0;
  config.enable_unsolicited_mwi = PJ_FALSE;

  pjsua_logging_config logging;
  pjsua_logging_config_default(&logging);
  logging.console_level = 0;
  logging.level = options.logFile ? static_cast<unsigned>(options.logLevel) : 0;
  logging.msg_logging = options.logLevel >= 4 ? PJ_TRUE : PJ_FALSE;
  if (options.logFile && options.logLevel > 0) logging.log_filename = pjText(*options.logFile);
  logging.log_file_flags = PJ_O_APPEND;

  pjsua_media_config media;
  pjsua_media_config_default(&media);
  media.clock_rate = kSampleRate;
  media.snd_clock_rate = kSampleRate;
  media.channel_count = 1;
  media.audio_frame_ptime = kFrameMilliseconds;
  media.ptime = kFrameMilliseconds;
  media.max_media_ports = static_cast<unsigned>(pjsuaCalls(options.maxCalls)) + 16;
  media.has_ioqueue = PJ_TRUE;
  media.thread_cnt = 1;
  media.no_vad = PJ_TRUE;  // Silence is sent: a far end that hears nothing for seconds thinks the call is dead, and DTMF receivers lose their level.
  media.ec_tail_len = 0;
  media.jb_discard_algo = PJMEDIA_JB_DISCARD_NONE;
  media.snd_auto_close_time = -1;

  check(pjsua_init(&config, &logging, &media), "initialising");
}

void PjsuaInstance::openTransports(const SipOptions& options) {
  openUdpAndTcp(options);
  if (options.tls) ports_.tls = openTls(options, *options.tls);
}

void PjsuaInstance::openUdpAndTcp(const SipOptions& options) {
  for (int attempt = 1;; ++attempt) {
    pjsua_transport_config config;
    fillTransport(config, options.host, options.port);
    pjsua_transport_id udp = PJSUA_INVALID_ID;
    pj_status_t status = pjsua_transport_create(PJSIP_TRANSPORT_UDP, &config, &udp);
    if (status != PJ_SUCCESS) refusePort(status, "UDP", options.host, options.port);
    ports_.udp = boundPort(udp);

    fillTransport(config, options.host, ports_.udp);
    pjsua_transport_id tcp = PJSUA_INVALID_ID;
    status = pjsua_transport_create(PJSIP_TRANSPORT_TCP, &config, &tcp);
    if (status == PJ_SUCCESS) {
      ports_.tcp = ports_.udp;
      return;
    }
    if (options.port != 0 || attempt == kPortTries) refusePort(status, "TCP", options.host, ports_.udp);
    pjsua_transport_close(udp, PJ_TRUE);
  }
}

int PjsuaInstance::openTls(const SipOptions& options, const SipTlsOptions& tls) {
  pjsua_transport_config config;
  fillTransport(config, options.host, tls.port);
  if (!tls.certificateFile.empty()) {
    checkTlsFiles(tls);
    config.tls_setting.cert_file = pjText(tls.certificateFile);
    config.tls_setting.privkey_file = pjText(tls.keyFile);
  }
  if (tls.caFile) {
    config.tls_setting.ca_list_file = pjText(*tls.caFile);
    config.tls_setting.verify_server = PJ_TRUE;
  }
  config.tls_setting.proto = PJ_SSL_SOCK_PROTO_TLS1_2 | PJ_SSL_SOCK_PROTO_TLS1_3;
  config.tls_setting.timeout.sec = 10;
  pjsua_transport_id transport = PJSUA_INVALID_ID;
  const pj_status_t status = pjsua_transport_create(PJSIP_TRANSPORT_TLS, &config, &transport);
  if (status == PJ_STATUS_FROM_OS(EADDRINUSE) || status == PJ_STATUS_FROM_OS(EADDRNOTAVAIL) || status == PJ_STATUS_FROM_OS(EACCES)) {
    refusePort(status, "TLS", options.host, tls.port);
  }
  if (status != PJ_SUCCESS) {
    throw std::runtime_error("SIP over TLS can't start: " + describe(status));
  }
  tlsOpen_ = true;
  return boundPort(transport);
}

void PjsuaInstance::needTls(const SipOptions& options) {
  if (!tlsOpen_) openTls(options, SipTlsOptions{});
}

void PjsuaInstance::chooseCodecs(const SipOptions& options) {
  // Opus straight to the engine's rate: libopus decodes to 8 kHz mono by itself, better and cheaper than a filter behind it.
  pjmedia_codec_opus_config opus;
  if (pjmedia_codec_opus_get_config(&opus) == PJ_SUCCESS) {
    pjmedia_codec_param param;
    const pj_str_t id = pjText("opus/48000/2");
    if (pjsua_codec_get_param(&id, &param) == PJ_SUCCESS) {
      opus.sample_rate = kSampleRate;
      opus.channel_cnt = 1;
      check(pjmedia_codec_opus_set_default_param(&opus, &param), "setting up Opus");
    }
  }

  // With its default of 2, PJMEDIA's G.722 speaks 6.02 dB lower and hears 6.02 dB louder than others' (measured against spandsp's, which most have).
  pjmedia_codec_g722_set_pcm_shift(1);

  const pj_str_t all = pjText("*");
  pjsua_codec_set_priority(&all, PJMEDIA_CODEC_PRIO_DISABLED);
  int priority = PJMEDIA_CODEC_PRIO_HIGHEST;
  for (const std::string& codec : options.codecs) {
    const pj_str_t id = pjText(codec);
    if (pjsua_codec_set_priority(&id, static_cast<pj_uint8_t>(priority--)) != PJ_SUCCESS) {
      throw std::runtime_error("SIP can't start: there is no codec \"" + codec + "\"; choose of PCMA/8000, PCMU/8000, G722/16000, opus/48000");
    }
  }
}

void PjsuaInstance::addStrangers(const SipOptions& options) {
  pjsua_acc_config config;
  fillAccount(config, options, SrtpUse::optional, false);
  const std::string id = "<sip:branchline@" + options.host + ":" + std::to_string(ports_.udp) + ">";
  config.id = pjText(id);
  config.priority = -1;
  check(pjsua_acc_add(&config, PJ_TRUE, &strangers_), "adding the account for incoming calls");
}

}  // namespace branchline
